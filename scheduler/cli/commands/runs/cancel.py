"""``headrace cancel RUN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit, run_argument


@click.command()
@run_argument(named=True)
@as_json
def command(run: str, catalog: str, as_json: bool) -> None:
    """End an open run for good: what is stored stays, nothing is deleted, its workers drop what they hold.

    \b
    Example:
      headrace cancel 20261122-211530-shop_prod-x7f3
    """
    from scheduler.app.history.interventions import cancel

    done = cancel(catalog, run)
    if as_json:
        emit(done)
    else:
        click.echo(f"{run}: cancelled")
