"""``headrace tree [FQN]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scheduler.cli.options import as_json, catalog, emit, name_argument, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workers.catalog import Brief, Catalog


@click.command(short_help="Show what lies below an object.")
@name_argument(required=False)
@click.option("--depth", default=3, show_default=True, type=click.IntRange(1, 20), help="Levels to go down.")
@catalog
@as_json
def command(fqn: str | None, depth: int, catalog: str, as_json: bool) -> None:
    """Show what lies below an object, or all services.

    \b
    Examples:
      headrace tree --depth 1
      headrace tree shop_prod.shop.sales
    """
    from scheduler.cli.display.entries import look_up
    from scheduler.cli.display.render import clean
    from workers.catalog import Catalog

    with opened(catalog) as db:
        found = Catalog(db)
        if fqn:
            look_up(found, fqn)
        if as_json:
            emit(_nested(found, fqn, depth))
            return
        if fqn:
            click.echo(clean(fqn))
        for line in _drawn(found, fqn, depth, "" if fqn else None):
            click.echo(line)


def _nested(found: Catalog, fqn: str | None, depth: int) -> list[dict[str, Any]]:
    return [
        {**each.as_json(), **({"children": _nested(found, each.fqn, depth - 1)} if depth > 1 else {})}
        for each in found.children(fqn)
    ]


def _drawn(found: Catalog, fqn: str | None, depth: int, indent: str | None) -> Iterator[str]:
    """One line per object; ``indent`` is ``None`` for services, which are drawn as roots."""
    from scheduler.cli.display.render import clean

    for each, last in _with_last(found.children(fqn)):
        missing = " (missing)" if each.state == "missing" else ""
        branch = "" if indent is None else indent + ("└── " if last else "├── ")
        yield f"{branch}{clean(each.name)}  [{each.type}]{missing}"
        if depth > 1:
            below = "" if indent is None else indent + ("    " if last else "│   ")
            yield from _drawn(found, each.fqn, depth - 1, below)


def _with_last(found: Iterator[Brief]) -> Iterator[tuple[Brief, bool]]:
    previous = None
    for each in found:
        if previous is not None:
            yield previous, False
        previous = each
    if previous is not None:
        yield previous, True
