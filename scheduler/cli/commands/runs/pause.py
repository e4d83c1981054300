"""``headrace pause RUN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit, run_argument


@click.command()
@run_argument(named=True)
@as_json
def command(run: str, catalog: str, as_json: bool) -> None:
    """Let a run of a cluster rest: its workers give back what they hold, and take nothing of it until resumed.

    \b
    Example:
      headrace pause 20261122-211530-shop_prod-x7f3
      headrace resume 20261122-211530-shop_prod-x7f3
    """
    from scheduler.app.history.interventions import pause

    done = pause(catalog, run)
    if as_json:
        emit(done)
    else:
        click.echo(f"{run}: paused; go on with: headrace resume {run}")
