"""``headrace cancel RUN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit, run_argument


@click.command(short_help="End an open run now.")
@run_argument(named=True)
@as_json
def command(run: str, catalog: str, as_json: bool) -> None:
    """End an open run for good: what is stored stays, nothing is deleted, its workers drop what they hold.

    \b
    Example:
      headrace cancel 20261122-211530-shop_prod-x7f3
    """
    import time

    from scheduler.cli.options import opened
    from specs.errors import UsageError
    from workers.ledger import SqlLedger

    with opened(catalog) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        if found.open:
            found = ledger.end(run, state="cancelled", reason="by hand", now=time.time())
    if found.state != "cancelled":
        raise UsageError(f"run {run} is {found.state}: there is nothing to cancel", remedy="see: headrace runs")
    if as_json:
        emit({"run": run, "state": found.state})
    else:
        click.echo(f"{run}: cancelled")
