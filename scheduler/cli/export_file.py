"""The output of an export: stdout, or a file that is either complete or not changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from specs.errors import Fatal
from workers.store.private_files import replacing


def write(output: str | None, found: Iterable[str]) -> None:
    """Write lines to stdout, or to another file that then replaces the named one. Raises ``Fatal`` when it cannot be
    written."""
    if output is None:
        for line in found:
            click.echo(line.rstrip("\n"))
        return
    try:
        with replacing(Path(output)) as stream:
            for line in found:
                stream.write(line.rstrip("\n") + "\n")
    except OSError as error:
        raise Fatal(
            f"cannot write the export: {error.strerror}", output, "choose another file, or free space", reason="sink"
        ) from None
