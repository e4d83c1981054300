"""``headrace undelete FQN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit, name_argument


@click.command()
@name_argument()
@click.option("--type", "type_", help="Where several objects share the name: only the one of this type.")
@catalog
@as_json
def command(fqn: str, type_: str | None, catalog: str, as_json: bool) -> None:
    """Bring back an object that is missing or deleted, with everything that went along with it.

    \b
    Example:
      headrace undelete shop_prod.shop.sales.orders
    """
    from scheduler.app.catalog.objects import undelete
    from scheduler.cli.display.render import clean

    back = undelete(catalog, fqn, type_)
    if as_json:
        emit(back)
        return
    for each in back:
        click.echo(f"back: {each.type} {clean(each.fqn)}")
