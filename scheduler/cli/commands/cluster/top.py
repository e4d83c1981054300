"""``headrace top``."""

from __future__ import annotations

import sys

import click

from scheduler.cli.cluster_options import cluster
from scheduler.cli.options import as_json


@click.command()
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

    It reads the ledger and Redis only, and costs both next to nothing; what has not answered within five seconds is
    named.

    \b
    Example:
      headrace top
      headrace top --json
    """
    from scheduler.cli.cluster_options import settings
    from scheduler.cli.display.cluster_view import told
    from scheduler.cli.options import emit

    given = settings(redis, catalog, prefix)

    from scheduler.app.cluster.glance import glances
    from scheduler.cli.live_text import watch

    with glances(given) as look:
        if as_json:
            emit(look())
        elif once or not sys.stdout.isatty():
            click.echo(told(look()), nl=False)
        else:
            watch(lambda: told(look()), every, sys.stdout)
    return 0
