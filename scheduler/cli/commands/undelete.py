"""``headrace undelete FQN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit, name_argument, opened


@click.command(short_help="Bring back an object that was deleted.")
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
    from scheduler.cli.display.render import clean
    from workers.catalog import Catalog

    with opened(catalog) as db:
        back = Catalog(db).undelete(fqn, type_)
    if as_json:
        emit([{"type": each, "fqn": name} for each, name in back])
        return
    for each, name in back:
        click.echo(f"back: {each} {clean(name)}")
