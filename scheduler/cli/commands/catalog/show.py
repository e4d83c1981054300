"""``headrace show FQN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit, name_argument


@click.command()
@name_argument()
@click.option("--type", "type_", help="Where several objects share the name: the one of this type.")
@catalog
@as_json
def command(fqn: str, type_: str | None, catalog: str, as_json: bool) -> None:
    """Show everything known of an object: columns, constraints, indexes, definition, statistics.

    \b
    Example:
      headrace show shop_prod.shop.sales.orders
    """
    from scheduler.app.catalog.objects import look_up
    from scheduler.app.lineage.graph import neighbours
    from scheduler.app.usage.one_line import usage_lines
    from scheduler.cli.display.entries import describe
    from scheduler.cli.display.lineage.tree import counted

    found = look_up(catalog, fqn, type_)
    if as_json:
        emit(found)
    else:
        used, near = usage_lines(catalog, found), neighbours(catalog, found)
        shown = [
            describe(each, usage=used.get(each.type, ""), lineage=counted(*beside))
            for each, beside in zip(found, near, strict=True)
        ]
        click.echo("\n\n".join(shown))
