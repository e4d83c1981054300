"""Lineage as the text of a diagram: Mermaid, or DOT of Graphviz. Data flows from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.cli.display.render import clean

if TYPE_CHECKING:
    from scheduler.app.lineage.graph import LineageGraph
    from workers.lineage.hops import FlowPlace

_DASHED = ("external", "unresolved")


def mermaid(graph: LineageGraph) -> Iterator[str]:
    """A flow chart (https://mermaid.js.org/syntax/flowchart.html)."""
    ids = {node.place: f"n{at}" for at, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    for node in graph.nodes:
        yield f'    {ids[node.place]}["{_entities(_name(node.place))}"]'
    for link in graph.links:
        about = f'|"{_entities(", ".join(link.via))}"|' if link.via else ""
        yield f"    {ids[link.source]} {'-.->' if link.proven is False else '-->'}{about} {ids[link.target]}"
    yield "    classDef begin stroke-width:3px"
    yield "    classDef other stroke-dasharray:4"
    for name, chosen in (
        ("begin", [node for node in graph.nodes if node.depth == 0]),
        ("other", [node for node in graph.nodes if node.state in _DASHED]),
    ):
        if chosen:
            yield f"    class {','.join(ids[node.place] for node in chosen)} {name}"


def dot(graph: LineageGraph) -> Iterator[str]:
    """A directed graph (https://graphviz.org/doc/info/lang.html)."""
    yield "digraph lineage {"
    yield "    rankdir=LR"
    yield "    node [shape=box]"
    ids = {node.place: f"n{at}" for at, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        style = " penwidth=3" if node.depth == 0 else " style=dashed" if node.state in _DASHED else ""
        yield f"    {ids[node.place]} [label={_quoted(_name(node.place))}{style}]"
    for link in graph.links:
        about = [f"label={_quoted(', '.join(link.via))}"] if link.via else []
        about += ["style=dashed"] if link.proven is False else []
        yield f"    {ids[link.source]} -> {ids[link.target]}" + (f" [{' '.join(about)}]" if about else "")
    yield "}"


def _name(place: FlowPlace) -> str:
    return clean(f"{place.fqn}.{place.column}" if place.column else place.fqn)


def _entities(text: str) -> str:
    """Text within quotes of Mermaid, where a character of its syntax or of HTML is written by number."""
    return "".join(each if each.isalnum() or each in " ._-," else f"#{ord(each)};" for each in text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
