"""``headrace runs``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit, service_option


@click.command()
@service_option("Only runs of this service.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many, newest first.")
@catalog
@as_json
def command(service: str | None, limit: int, catalog: str, as_json: bool) -> None:
    """List runs, the newest first.

    \b
    Example:
      headrace runs --service shop_prod
    """
    from scheduler.app.history.runs import runs
    from scheduler.cli.display.render import duration, moment
    from scheduler.cli.display.tables import table

    found = runs(catalog, service, limit)
    if as_json:
        emit(found)
        return
    rows = [
        (
            run.id,
            run.service,
            run.state,
            moment(run.started_at),
            duration(run.ended_at - run.started_at) if run.ended_at else None,
            run.reason,
        )
        for run in found
    ]
    click.echo(table(("run", "service", "state", "started", "took", "reason"), rows) if rows else "no runs yet")
