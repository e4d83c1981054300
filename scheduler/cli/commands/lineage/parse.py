"""``headrace lineage parse``."""

from __future__ import annotations

import sys
from typing import TextIO

import click


@click.command()
@click.argument("file", required=False, type=click.File(encoding="utf-8", errors="replace"))
def command(file: TextIO | None) -> None:
    """Read statements as JSON lines from FILE or stdin, and write what each reads and writes, one line each.

    A line holds sql, and may hold id, dialect, default_db, default_schema and schemas, the columns of tables by name.

    \b
    Example:
      echo '{"id": 1, "dialect": "postgres", "sql": "create table t as select a from s"}' | headrace lineage parse
    """
    from scheduler.app.lineage.parse import answers

    for line in answers(file or sys.stdin):
        click.echo(line)
        sys.stdout.flush()
