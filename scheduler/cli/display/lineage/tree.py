"""Lineage as a tree: what feeds an object, and what it feeds, each object drawn once with all that is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scheduler.app.lineage.graph import name_of
from scheduler.cli.display import terminal
from scheduler.cli.display.render import clean, number
from scheduler.cli.display.tables import MEASURED, fold, measure

if TYPE_CHECKING:
    from scheduler.app.lineage.graph import LineageGraph, LineageLink
    from workers.lineage.hops import Direction, FlowPlace

LINES = 1000
"""Most lines of one tree."""
LEAST_ROOM = 20
"""Least characters beside the branches, however deep they are."""
_TITLES = {"upstream": "fed by", "downstream": "feeds"}
_BECAME = {"identity": "", "filter": " (rows)"}


def drawn(graph: LineageGraph, *, columns: bool = False, width: Any = MEASURED) -> Iterator[str]:
    """The lines of one tree per direction, and what was left out. ``columns``: with the columns of each edge. ``width``
    is the room in characters, as for ``table``."""
    room = terminal.width() if width is MEASURED else width
    roots = [node for node in graph.nodes if node.depth == 0]
    for node in roots:
        yield from _line("", "", f"{label(node.place)}{_about(node.state, '')}", room)
    left = LINES
    for direction in graph.directions:
        links = _by_start(graph, direction)
        lines = [line for root in roots for line in _branches(graph, links, root.place, direction, columns, room)]
        yield terminal.coloured(_TITLES[direction] if lines else f"{_TITLES[direction]} nothing that is known", "dim")
        yield from lines[:left]
        if len(lines) > left:
            yield f"and {number(len(lines) - left)} lines more; see all with --format json"
        left = max(0, left - len(lines))
    if graph.further:
        yield f"{number(graph.further)} of these lead on: see --depth"
    if not graph.complete:
        yield "there is more than one answer holds: ask with a smaller --depth, or from an object that is nearer"


def counted(upstream: int, downstream: int) -> str:
    """``fed by 2 objects, feeds 13``; empty where there is no lineage."""
    if not upstream and not downstream:
        return ""
    return f"fed by {number(upstream)} object{'' if upstream == 1 else 's'}, feeds {number(downstream)}"


def label(place: FlowPlace) -> str:
    """``shop.db.s.orders  [Table]``; of a column its name, too."""
    return clean(name_of(place)) + (f"  [{place.type}]" if place.type else "")


def _by_start(graph: LineageGraph, direction: Direction) -> dict[FlowPlace, list[LineageLink]]:
    found: dict[FlowPlace, list[LineageLink]] = {}
    for link in graph.links:
        found.setdefault(link.target if direction == "upstream" else link.source, []).append(link)
    return found


def _branches(
    graph: LineageGraph, links: dict[FlowPlace, list[LineageLink]], root: FlowPlace, direction: Direction,
    columns: bool, room: int | None,
) -> Iterator[str]:  # fmt: skip
    states = {node.place: node.state for node in graph.nodes}
    drawn_, stack = {root}, [_with_last(links.get(root, []), "")]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            continue
        link, last, indent = step
        place = link.source if direction == "upstream" else link.target
        behind = links.get(place, [])
        again = " (above)" if place in drawn_ and (behind or place == root) else ""
        text = f"{label(place)}{_about(states.get(place, 'live'), again)}{_known(link)}"
        below = indent + ("    " if last else "│   ")
        yield from _line(indent + ("└── " if last else "├── "), below, text, room)
        for column in _columns(link) if columns else ():
            yield from _line(below + ("│ " if behind and not again else "  "), below, column, room)
        if place not in drawn_:
            drawn_.add(place)
            stack.append(_with_last(behind, below))


def _with_last(links: list[LineageLink], indent: str) -> Iterator[tuple[LineageLink, bool, str]]:
    return ((link, at == len(links), indent) for at, link in enumerate(links, 1))


def _about(state: str, again: str) -> str:
    return (f" ({state})" if state != "live" else "") + again


def _known(link: LineageLink) -> str:
    told = evidence(link)
    return f" — {told}" if told else ""


def evidence(link: LineageLink) -> str:
    """How an edge is known, where that is not the text of a view that is wholly understood."""
    told = [f"by {clean(each)}" for each in link.via]
    if not link.via and link.evidence not in ((), ("view",)):
        told.append(", ".join(each.replace("_", " ") for each in link.evidence))
    if link.moved is not None:
        times = "once" if link.moved.times == 1 else f"{number(link.moved.times)} times"
        told.append(f"{times}, last {link.moved.last[:10]}")
    if link.proven is False:
        told.append("not proven")
    if link.confidence < 1:
        told.append(f"confidence {link.confidence:g}")
    if link.state == "missing":
        told.append("missing")
    return ", ".join(told)


def _columns(link: LineageLink) -> Iterator[str]:
    """``total <- amount, tax (aggregate)``: a line for each column of the target."""
    by_target: dict[str, list[str]] = {}
    for target, source, became in link.columns:
        by_target.setdefault(target, []).append(clean(source) + _BECAME.get(became, f" ({became})"))
    for target, sources in by_target.items():
        yield f"{clean(target) or 'rows'} <- {', '.join(sources)}"


def _line(branch: str, below: str, text: str, room: int | None) -> Iterator[str]:
    """``text`` behind its branch, in as many lines as it takes."""
    if room is None:
        yield branch + text
        return
    left = max(LEAST_ROOM, room - measure(branch))
    pieces = [word[at : at + left] for word in text.split(" ") for at in range(0, max(1, len(word)), left)]
    first, *others = fold(" ".join(pieces), left)
    yield branch + first
    yield from (below + each for each in others)
