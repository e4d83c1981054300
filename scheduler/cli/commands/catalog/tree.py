"""``headrace tree [FQN]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scheduler.cli.options import as_json, catalog, emit, name_argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.app.catalog.objects import TreeNode


@click.command()
@name_argument(required=False)
@click.option("--depth", default=3, show_default=True, type=click.IntRange(1, 20), help="Levels to go down.")
@catalog
@as_json
def command(fqn: str | None, depth: int, catalog: str, as_json: bool) -> None:
    """Show what lies below an object, or all services. JSON has what describes other objects, too, as lineage does.

    \b
    Examples:
      headrace tree --depth 1
      headrace tree shop_prod.shop.sales
    """
    from scheduler.app.catalog.objects import tree
    from scheduler.cli.display.render import clean

    with tree(catalog, fqn, depth) as found:
        if as_json:
            emit(list(found))
            return
        if fqn:
            click.echo(clean(fqn))
        for line in _drawn(found, "" if fqn else None):
            click.echo(line)


def _drawn(nodes: Iterator[TreeNode], indent: str | None) -> Iterator[str]:
    """One line per object; ``indent`` is ``None`` for services, which are drawn as roots."""
    from scheduler.cli.display.render import clean
    from specs.entities import describes

    for each, last in _with_last(each for each in nodes if not describes(each.object.type)):
        missing = " (missing)" if each.object.state == "missing" else ""
        branch = "" if indent is None else indent + ("└── " if last else "├── ")
        yield f"{branch}{clean(each.object.name)}  [{each.object.type}]{missing}"
        if each.depth > 1:
            below = "" if indent is None else indent + ("    " if last else "│   ")
            yield from _drawn(each.below(), below)


def _with_last(found: Iterator[TreeNode]) -> Iterator[tuple[TreeNode, bool]]:
    previous = None
    for each in found:
        if previous is not None:
            yield previous, False
        previous = each
    if previous is not None:
        yield previous, True
