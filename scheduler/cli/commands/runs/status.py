"""``headrace status RUN``."""

from __future__ import annotations

import click

from scheduler.app.catalog.catalog_place import named
from scheduler.cli.options import as_json, emit, run_argument


@click.command()
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
    from scheduler.app.history.status import status
    from scheduler.cli.display.render import moment, number
    from scheduler.cli.display.report import report
    from scheduler.cli.display.terminal import state

    found = status(catalog, run)
    if as_json:
        emit(found)
        return found.exit_code
    if found.position:
        click.echo(f"{state(found.state)}: {found.position.done} of {found.position.known} units done")
    for part, each in found.parts.items():
        click.echo(f"{part}: {each.ended} of {each.units} units, {number(each.objects)} objects")
    if found.schedule:
        click.echo(f"opened by schedule {found.schedule}")
    if found.position and found.deadline_at:
        click.echo(f"cancelled at {moment(found.deadline_at)}, if it is not over by then")
    click.echo(report(found.summary, named(catalog)))
    return found.exit_code
