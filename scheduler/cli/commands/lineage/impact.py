"""``headrace impact FQN[.COLUMN]``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit_lines, names_or_columns_begun


@click.command()
@click.argument("name", metavar="FQN[.COLUMN]", shell_complete=names_or_columns_begun)
@click.option("--depth", type=click.IntRange(1, 1000), help="Steps to go. [default: as far as there is lineage]")
@catalog
@as_json
def command(name: str, depth: int | None, catalog: str, as_json: bool) -> None:
    """Show everything that is made of an object or of one of its columns, nearest first, each with a shortest path.

    Of a service, database or schema it shows what lies outside and is made of anything in it.

    Where the columns of a step are not known, the whole object behind it stands for them.

    \b
    Examples:
      headrace impact shop_prod.shop.sales.orders
      headrace impact shop_prod.shop.sales.orders.amount --json
    """
    from scheduler.app.lineage.impact import impact
    from scheduler.cli.display.lineage.impact import told

    found = impact(catalog, name, depth=depth)
    if as_json:
        emit_lines(found.as_json())
        return
    for line in told(found):
        click.echo(line)
