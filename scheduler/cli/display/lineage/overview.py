"""The lineage of a service, database or schema as text: edges counted by schema, and those of a schema one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.app.lineage.overview import group_of
from scheduler.cli.display import terminal
from scheduler.cli.display.lineage.diagrams import UNRESOLVED
from scheduler.cli.display.lineage.tree import evidence
from scheduler.cli.display.render import clean, number
from scheduler.cli.display.tables import table

if TYPE_CHECKING:
    from scheduler.app.lineage.graph import LineageLink
    from scheduler.app.lineage.overview import LineageOverview

ROWS = 1000
"""Most rows of each table."""


def told(overview: LineageOverview) -> Iterator[str]:
    """A line on how much there is, a table of the edges by schema, and for a schema one of the edges."""
    graph = overview.graph
    yield f"{clean(graph.fqn)}  [{overview.type}]"
    if not overview.objects:
        yield "no lineage that is known"
        return
    counts = dict.fromkeys(("within", "enters", "leaves"), 0)
    for each in overview.groups:
        counts[each.way] += each.edges
    yield (
        f"{number(overview.objects)} objects with lineage; of the edges {number(counts['within'])} lie within, "
        f"{number(counts['enters'])} enter, {number(counts['leaves'])} leave\n"
    )
    groups = [
        (clean(each.source or UNRESOLVED), clean(each.target), each.edges, each.way) for each in overview.groups[:ROWS]
    ]
    yield table(("from", "to", "edges", "way"), groups)
    yield from _more(len(overview.groups), "rows")
    if overview.type == "Schema":
        rows = [(_source(each), clean(each.target.fqn), evidence(each) or None) for each in graph.links[:ROWS]]
        yield "\n" + table(("object", "feeds", "note"), rows)
        yield from _more(len(graph.links), "edges")
    else:
        yield terminal.coloured("\nedges one by one: ask for a schema, or for --format json", "dim")
    if not graph.complete:
        yield "there is more than one answer holds: ask for something smaller in it"


def _source(link: LineageLink) -> str:
    return clean(link.source.fqn) + ("" if group_of(link.source) is not None else " (unresolved)")


def _more(count: int, what: str) -> Iterator[str]:
    if count > ROWS:
        yield f"and {number(count - ROWS)} {what} more; see all with --format json"
