"""``headrace services``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit


@click.command()
@catalog
@as_json
def command(catalog: str, as_json: bool) -> None:
    """List the services of the catalog: how many objects are live and missing, when the last crawl began, its state.

    \b
    Example:
      headrace services
    """
    from scheduler.app.history.services import services
    from scheduler.cli.display.render import moment
    from scheduler.cli.display.tables import table

    found = services(catalog)
    if as_json:
        emit(found)
        return
    rows = [(s.service, s.type, s.live, s.missing, moment(s.started_at), s.state, s.reason) for s in found]
    head = ("service", "type", "objects", "missing", "last crawl", "state", "reason")
    click.echo(table(head, rows) if rows else "no services yet: headrace crawl URL")
