"""``headrace lineage FQN``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from scheduler.cli.options import as_json, catalog, emit_lines, name_argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.app.lineage.graph import LineageGraph

FORMATS = ("tree", "mermaid", "dot", "openlineage", "json")


@click.command()
@name_argument()
@click.option("--upstream", is_flag=True, help="Only what feeds it.")
@click.option("--downstream", is_flag=True, help="Only what it feeds.")
@click.option("--depth", default=3, show_default=True, type=click.IntRange(1, 1000), help="Steps to go.")
@click.option("--columns", is_flag=True, help="With the columns of each step.")
@click.option("--column", metavar="NAME", help="The lineage of this column, rather than of the whole object.")
@click.option("--format", "format_", default="tree", show_default=True, type=click.Choice(FORMATS))
@catalog
@as_json
def command(
    fqn: str, upstream: bool, downstream: bool, depth: int, columns: bool, column: str | None, format_: str,
    catalog: str, as_json: bool,
) -> None:  # fmt: skip
    """Show what feeds an object, and what it feeds, step by step, through views, procedures and pipelines.

    What the catalog lacks is external, a name in the SQL that fits no object is unresolved. Of events of OpenLineage
    there is one a line.

    \b
    Examples:
      headrace lineage shop_prod.shop.sales.orders --downstream
      headrace lineage shop_prod.shop.sales.totals --column total --upstream --depth 10
      headrace lineage shop_prod.shop.sales.totals --format mermaid > totals.mmd
    """
    from scheduler.app.lineage.graph import lineage

    both = upstream == downstream
    found = lineage(
        catalog, fqn, column=column, depth=depth, columns=columns or format_ == "openlineage",
        directions=("upstream", "downstream") if both else ("upstream",) if upstream else ("downstream",),
    )  # fmt: skip
    if as_json or format_ == "json":
        emit_lines(found.as_json())
        return
    for line in _lines(found, format_, columns):
        click.echo(line)


def _lines(found: LineageGraph, format_: str, columns: bool) -> Iterator[str]:
    from scheduler.cli.display.lineage import diagrams, openlineage, tree

    if format_ == "tree":
        return tree.drawn(found, columns=columns)
    if format_ == "openlineage":
        events = openlineage.events(found, datetime.now(UTC))
        return (json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in events)
    return diagrams.mermaid(found) if format_ == "mermaid" else diagrams.dot(found)
