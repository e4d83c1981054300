"""``headrace status RUN``."""

from __future__ import annotations

import click

from scheduler.options import as_json, catalog, emit, named, opened, run_argument


@click.command(short_help="Show one run, reconciled.")
@run_argument
@catalog
@as_json
def command(run: str, catalog: str, as_json: bool) -> int:
    """Show one run: counts that reconcile, what was left out and why, slowest scopes. The exit code is the run's.

    \b
    Example:
      headrace status 20261122-211530-shop_prod-x7f3
    """
    import time

    from scheduler.display.report import report
    from scheduler.gathering import summarise
    from workers.ledger import SqlLedger

    with opened(catalog) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        summary = summarise(db, ledger, found, seconds=(found.ended_at or time.time()) - found.started_at)
        now = ledger.progress(run) if found.open else None
    if as_json:
        progress = {"known": now.known, "done": now.done, "scopes": list(now.scopes)} if now else None
        emit({**summary.as_json(), "state": found.state, "progress": progress})
    else:
        if now:
            click.echo(f"{found.state}: {now.done} of {now.known} units done")
        click.echo(report(summary, named(catalog)))
    return 0 if found.open else summary.exit_code
