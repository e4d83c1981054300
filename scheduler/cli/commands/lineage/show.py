"""``headrace lineage FQN``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from scheduler.cli.options import as_json, catalog, columns_begun, emit_lines, name_argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.app.lineage.graph import LineageGraph
    from scheduler.app.lineage.overview import LineageOverview

FORMATS = ("tree", "mermaid", "dot", "openlineage", "json")


@click.command()
@name_argument()
@click.option("--upstream", is_flag=True, help="Only what feeds it.")
@click.option("--downstream", is_flag=True, help="Only what it feeds.")
@click.option("--depth", default=3, show_default=True, type=click.IntRange(1, 1000), help="Steps to go.")
@click.option("--columns", is_flag=True, help="With the columns of each step.")
@click.option(
    "--column",
    metavar="NAME",
    shell_complete=columns_begun,
    help="The lineage of this column, rather than of the whole object.",
)
@click.option("--format", "format_", default="tree", show_default=True, type=click.Choice(FORMATS))
@catalog
@as_json
def command(
    fqn: str, upstream: bool, downstream: bool, depth: int, columns: bool, column: str | None, format_: str,
    catalog: str, as_json: bool,
) -> None:  # fmt: skip
    """Show what feeds an object, and what it feeds, step by step, through views, procedures and pipelines. Of a
    service, database or schema it shows how many edges lie within it, enter and leave it, by schema.

    What the catalog lacks is external, a name in the SQL that fits no object is unresolved. Of events of OpenLineage
    there is one a line.

    \b
    Examples:
      headrace lineage shop_prod.shop.sales.orders --downstream
      headrace lineage shop_prod.shop.sales.totals --column total --upstream --depth 10
      headrace lineage shop_prod.shop.sales.totals --format mermaid > totals.mmd
      headrace lineage shop_prod.shop
    """
    from scheduler.app.lineage.graph import BOTH_WAYS, lineage
    from scheduler.app.lineage.overview import overview

    directions = BOTH_WAYS if upstream == downstream else BOTH_WAYS[:1] if upstream else BOTH_WAYS[1:]
    columns_too = columns or format_ == "openlineage"
    in_json = as_json or format_ == "json"
    counts = not in_json and format_ != "openlineage"  # texts and diagrams show no single edges of a service
    whole = (
        overview(catalog, fqn, counts=counts, directions=directions, columns=columns_too) if column is None else None
    )
    found = whole or lineage(catalog, fqn, column=column, depth=depth, columns=columns_too, directions=directions)
    if in_json:
        emit_lines(found.as_json())
        return
    for line in _lines(catalog, found, format_, columns):
        click.echo(line)


def _lines(
    catalog: str, found: LineageGraph | LineageOverview, format_: str, columns: bool
) -> Iterator[str]:  # fmt: skip
    from scheduler.app.lineage.graph import LineageGraph, namespaces
    from scheduler.cli.display.lineage import diagrams, openlineage, overview, tree

    graph = found if isinstance(found, LineageGraph) else found.graph
    if format_ == "openlineage":
        events = openlineage.events(graph, datetime.now(UTC), namespaces(catalog))
        return (json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in events)
    if format_ == "tree":
        return tree.drawn(found, columns=columns) if isinstance(found, LineageGraph) else overview.told(found)
    drawn = diagrams.of_graph(found) if isinstance(found, LineageGraph) else diagrams.of_overview(found)
    return diagrams.mermaid(drawn) if format_ == "mermaid" else diagrams.dot(drawn)
