"""``headrace failures RUN``."""

from __future__ import annotations

import click

from scheduler.app.catalog.catalog_place import named
from scheduler.cli.options import as_json, emit, run_argument


@click.command()
@run_argument()
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1), help="Objects to print (not with --json)."
)
@as_json
def command(run: str, limit: int, catalog: str, as_json: bool) -> None:
    """List every object that was listed and could not be crawled, and every scope not listed to its end, with why.

    \b
    Example:
      headrace failures
    """
    from scheduler.app.history.failures import failures
    from scheduler.cli.display.render import number
    from scheduler.cli.display.tables import table, with_parts

    found = failures(catalog, run, None if as_json else limit)
    if as_json:
        emit(found)
        return
    shown, scopes = found.objects, found.scopes
    if not shown and not scopes:
        click.echo("nothing failed")
    if shown:
        listing = ", ".join(f"{number(n)} {reason}" for reason, n in found.reasons.most_common())
        click.echo(f"{number(found.total)} objects failed: {listing}\n")
        rows = [(each.type, each.fqn, each.reason, each.attempts, each.message) for each in shown]
        click.echo(table(*with_parts(("type", "object", "reason", "attempts", "message"), rows, shown)))
        if found.total > limit:
            click.echo(f"and {number(found.total - limit)} more; see all with --limit {found.total}")
    if scopes:
        click.echo(f"\n{number(len(scopes))} scopes were not listed to their end:\n")
        lines = [(each.scope, each.node, each.reason, each.message) for each in scopes]
        click.echo(table(*with_parts(("scope", "node", "reason", "message"), lines, scopes)))
    if shown or scopes:
        extra = named(catalog)
        click.echo(f"\ntry it again: headrace retry {run} --failed{f' --catalog {extra}' if extra else ''}")
