"""``headrace top``."""

from __future__ import annotations

import sys

import click

from scheduler.joining import cluster
from scheduler.options import as_json


@click.command(short_help="Watch a cluster: runs, workers, queue, trouble.")
@click.option("--once", is_flag=True, help="Show it once; so it is without a terminal, too.")
@click.option(
    "--every", default=1.0, show_default=True, type=click.FloatRange(0.2, 3600), help="Seconds between looks."
)
@cluster
@as_json
def command(
    once: bool, every: float, redis: str | None, catalog: str | None, prefix: str | None, as_json: bool
) -> int:  # fmt: skip
    """Watch what a cluster does: open runs and their units, processes and their memory, the sink queue, sinks,
    schedules, and what is wrong. Ctrl-C ends it.

    It reads the ledger and Redis only, and costs both next to nothing.

    \b
    Example:
      headrace top
      headrace top --json
    """
    from scheduler.display.cluster_view import told
    from scheduler.joining import settings
    from scheduler.options import emit

    given = settings(redis, catalog, prefix)

    from scheduler.top import look
    from scheduler.watching import watch
    from workers.database import open_database
    from workers.joining import sink

    db = open_database(given.catalog.get_secret_value(), create=False)
    queue = sink(given)
    try:
        if as_json:
            emit(look(db, queue).as_json())
        elif once or not sys.stdout.isatty():
            click.echo(told(look(db, queue)), nl=False)
        else:
            watch(lambda: told(look(db, queue)), every, sys.stdout)
    finally:
        queue.close()
        db.close()
    return 0
