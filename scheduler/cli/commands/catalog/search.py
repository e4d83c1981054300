"""``headrace search WORDS``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Results, the best first.")
@catalog
@as_json
def command(words: tuple[str, ...], limit: int, catalog: str, as_json: bool) -> int:
    """Find objects that have all the words (or words beginning so) in name, comment, columns or tags.

    \b
    Example:
      headrace search customer email
    """
    from scheduler.app.catalog.objects import search
    from scheduler.cli.display.tables import table

    found = search(catalog, " ".join(words), limit)
    if as_json:
        emit(found)
    elif found:
        click.echo(table(("type", "name", "state"), [(each.type, each.fqn, each.state) for each in found]))
    else:
        click.echo("nothing found", err=True)
    return 0
