"""``headrace pause RUN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit, run_argument


@click.command(short_help="Let a run of a cluster rest.")
@run_argument(named=True)
@as_json
def command(run: str, catalog: str, as_json: bool) -> None:
    """Let a run of a cluster rest: its workers give back what they hold, and take nothing of it until resumed.

    \b
    Example:
      headrace pause 20261122-211530-shop_prod-x7f3
      headrace resume 20261122-211530-shop_prod-x7f3
    """
    from scheduler.cli.options import opened
    from specs.errors import UsageError
    from workers.ledger import SqlLedger

    with opened(catalog) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        if not found.open:
            raise UsageError(f"run {run} is {found.state}: there is nothing to pause", remedy="see: headrace runs")
        if found.via == "embedded":
            remedy = f"stop that command with Ctrl-C or SIGTERM; go on with: headrace resume {run}"
            raise UsageError(f"run {run} is crawled by one command, not by a cluster", remedy=remedy)
        ledger.pause(run)
    if as_json:
        emit({"run": run, "state": "paused"})
    else:
        click.echo(f"{run}: paused; go on with: headrace resume {run}")
