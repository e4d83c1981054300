"""``headrace gc``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit


@click.command()
@click.option("--days", default=30.0, show_default=True, type=click.FloatRange(0), help="Keep what is younger.")
@click.option("--keep-runs", default=20, show_default=True, type=click.IntRange(1), help="Runs kept of each service.")
@catalog
@as_json
def command(days: float, keep_runs: int, catalog: str, as_json: bool) -> None:
    """Drop change events, deleted objects and details of runs that are older than DAYS.

    \b
    Example:
      headrace gc --days 90
    """
    from scheduler.app.catalog.housekeeping import gc
    from scheduler.cli.display.render import number

    removed = gc(catalog, days=days, keep_runs=keep_runs)
    if as_json:
        emit(removed)
    else:
        click.echo("removed: " + ", ".join(f"{number(n)} {what}" for what, n in removed.items()))
