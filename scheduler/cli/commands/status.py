"""``headrace status RUN``."""

from __future__ import annotations

import click

from scheduler.app.catalog.catalog_place import named
from scheduler.cli.options import as_json, emit, opened, run_argument


@click.command(short_help="Show one run, reconciled.")
@run_argument()
@as_json
def command(run: str, catalog: str, as_json: bool) -> int:
    """Show one run: counts that reconcile, what was left out and why, slowest scopes. The exit code is the run's.

    \b
    Example:
      headrace status
      headrace status latest --service shop_prod
      headrace status 20261122-211530-shop_prod-x7f3
    """
    import time

    from scheduler.app.runs.results import summarise
    from scheduler.app.runs.run_state import state_of
    from scheduler.cli.display.render import moment
    from scheduler.cli.display.report import report
    from scheduler.cli.display.terminal import state
    from scheduler.control.snapshots import result
    from workers.ledger import SqlLedger
    from workers.schedules import Chores

    with opened(catalog) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        seconds = max(0.0, (found.ended_at or time.time()) - found.started_at)
        published = result(Chores(db).published(run)[1])
        summary = summarise(db, ledger, found, seconds=seconds, published=published)
        now = ledger.progress(run) if found.open else None
        word = state_of(ledger, found)
    if as_json:
        progress = {"known": now.known, "done": now.done, "scopes": list(now.scopes)} if now else None
        more = {key: getattr(found, key) for key in ("via", "paused", "schedule", "deadline_at")}
        sinks = {"sinks": summary.sinks, "sink_errors": summary.sink_errors}
        emit({**summary.as_json(), "state": word, **more, **sinks, "progress": progress})
    else:
        if now:
            click.echo(f"{state(word)}: {now.done} of {now.known} units done")
        if found.schedule:
            click.echo(f"opened by schedule {found.schedule}")
        if found.open and found.deadline_at:
            click.echo(f"cancelled at {moment(found.deadline_at)}, if it is not over by then")
        click.echo(report(summary, named(catalog)))
    return 0 if found.open else summary.exit_code
