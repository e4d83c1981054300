"""Lineage as the text of a diagram: Mermaid, or DOT of Graphviz. Data flows from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scheduler.app.lineage.graph import name_of
from scheduler.cli.display.render import clean, number

if TYPE_CHECKING:
    from scheduler.app.lineage.graph import LineageGraph
    from scheduler.app.lineage.overview import LineageOverview

_DASHED = ("external", "unresolved")
UNRESOLVED = "unresolved names"


class Box(NamedTuple):
    """A box of a diagram. ``begin``: it is what was asked for; ``dashed``: the catalog does not have it."""

    name: str
    begin: bool
    dashed: bool


class Arrow(NamedTuple):
    """An arrow between two boxes, by their numbers."""

    source: int
    target: int
    label: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """What is drawn, in either language."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def of_graph(graph: LineageGraph) -> Diagram:
    """Objects, or columns, and the steps between them."""
    at = {node.place: n for n, node in enumerate(graph.nodes)}
    return Diagram(
        tuple(Box(clean(name_of(each.place)), each.depth == 0, each.state in _DASHED) for each in graph.nodes),
        tuple(
            Arrow(at[each.source], at[each.target], clean(", ".join(each.via)), each.proven is False)
            for each in graph.links
        ),
    )


def of_overview(overview: LineageOverview) -> Diagram:
    """The objects of a schema; of a service or database its schemas, with the numbers of edges between them."""
    if overview.type == "Schema":
        return of_graph(overview.graph)
    groups = overview.groups
    inside = {each.target for each in groups if each.way != "leaves"}
    inside |= {each.source for each in groups if each.way != "enters" and each.source is not None}
    ends = sorted({each.source or "" for each in groups} | {each.target for each in groups})
    at = {end: n for n, end in enumerate(ends)}
    return Diagram(
        tuple(Box(clean(end) or UNRESOLVED, end in inside, not end) for end in ends),
        tuple(Arrow(at[each.source or ""], at[each.target], number(each.edges), False) for each in groups),
    )


def mermaid(diagram: Diagram) -> Iterator[str]:
    """A flow chart (https://mermaid.js.org/syntax/flowchart.html)."""
    yield "flowchart LR"
    for n, box in enumerate(diagram.boxes):
        yield f'    n{n}["{_entities(box.name)}"]'
    for each in diagram.arrows:
        about = f'|"{_entities(each.label)}"|' if each.label else ""
        yield f"    n{each.source} {'-.->' if each.dashed else '-->'}{about} n{each.target}"
    yield "    classDef begin stroke-width:3px"
    yield "    classDef other stroke-dasharray:4"
    for name, chosen in (
        ("begin", [n for n, box in enumerate(diagram.boxes) if box.begin]),
        ("other", [n for n, box in enumerate(diagram.boxes) if box.dashed]),
    ):
        if chosen:
            yield f"    class {','.join(f'n{n}' for n in chosen)} {name}"


def dot(diagram: Diagram) -> Iterator[str]:
    """A directed graph (https://graphviz.org/doc/info/lang.html)."""
    yield "digraph lineage {"
    yield "    rankdir=LR"
    yield "    node [shape=box]"
    for n, box in enumerate(diagram.boxes):
        style = " penwidth=3" if box.begin else " style=dashed" if box.dashed else ""
        yield f"    n{n} [label={_quoted(box.name)}{style}]"
    for each in diagram.arrows:
        about = [f"label={_quoted(each.label)}"] if each.label else []
        about += ["style=dashed"] if each.dashed else []
        yield f"    n{each.source} -> n{each.target}" + (f" [{' '.join(about)}]" if about else "")
    yield "}"


def _entities(text: str) -> str:
    """Text within quotes of Mermaid, where a character of its syntax or of HTML is written by number."""
    return "".join(each if each.isalnum() or each in " ._-," else f"#{ord(each)};" for each in text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
