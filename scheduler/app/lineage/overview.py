"""The lineage of a service, database or schema: the edges between what it contains, and those that enter and leave it,
counted by schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from scheduler.app.lineage.beginnings import begin
from scheduler.app.lineage.graph import BOTH_WAYS, LineageGraph, LineageNode, LinkEnds, links_of, state_of
from scheduler.app.lineage.walk import STEPS, uncollected
from specs.names import build, split
from workers.catalog import Catalog
from workers.lineage.hops import PAGE, Direction, Edges, FlowPlace, Hop, reading
from workers.store.database import open_database


class GroupLink(NamedTuple):
    """How many edges lead from one group to another. A group is what objects lie in, as a rule a schema; it is
    ``None`` for names that fit no object. ``way``: ``within`` the container, or it ``enters`` or ``leaves``."""

    source: str | None
    target: str
    edges: int
    way: str

    def as_json(self) -> dict[str, Any]:
        return self._asdict()


@dataclass(frozen=True, slots=True)
class LineageOverview:
    """``graph`` has all objects at the ends of edges, those outside at the depth -1 or 1, and ``groups`` counts.
    ``objects`` is how many of them lie inside. Where edges were only counted, the graph has neither."""

    type: str
    groups: tuple[GroupLink, ...]
    graph: LineageGraph
    objects: int

    def as_json(self) -> dict[str, Any]:
        """The fields; tuples hold objects that have ``as_json``."""
        graph = self.graph
        return {
            "type": self.type, "fqn": graph.fqn, "directions": list(graph.directions), "complete": graph.complete,
            "groups": self.groups, "nodes": graph.nodes, "edges": graph.links,
        }  # fmt: skip


def overview(
    catalog: str, fqn: str, *, directions: Sequence[Direction] = BOTH_WAYS, columns: bool = False,
    counts: bool = False, steps: int = STEPS,
) -> LineageOverview | None:  # fmt: skip
    """The lineage of a service, database or schema; ``None`` for the name of anything else. ``directions``:
    ``upstream`` is what feeds the objects in it, from inside or outside, ``downstream`` what they feed. ``counts``: of
    anything but a schema, edges are only counted. At most ``steps`` edges are told of. Raises ``UsageError`` with near
    names when nothing has this name."""
    with uncollected(), open_database(catalog, create=False) as db, reading(db) as edges:
        start = begin(Catalog(db), edges, fqn)
        if not start.contains:
            return None
        type_, inside = start.places[0].type, f"{start.fqn}."
        if counts and type_ != "Schema":
            counted = _Counted(inside, steps)
            counted.read(edges, start.fqn, directions)
            bare = LineageGraph(start.fqn, None, (), (), tuple(directions), None, 0, counted.complete)
            return LineageOverview(type_, counted.groups(), bare, counted.objects)
        found = _Found(steps)
        found.read(edges, start.fqn, directions)
        links = links_of(edges, found.hops, columns)
        sources = {link.source for link in links}
        places = sorted(sources | {link.target for link in links})
        states = edges.states(places)
    within = {each for each in places if each.type and each.fqn.startswith(inside)}
    nodes = tuple(
        LineageNode(each, state_of(each, states), 0 if each in within else -1 if each in sources else 1)
        for each in places
    )
    graph = LineageGraph(start.fqn, None, nodes, links, tuple(directions), None, 0, found.complete)
    return LineageOverview(type_, _groups(graph, within), graph, len(within))


class _Found:
    """The edges of which one end is an object in a container: at most ``steps``."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._known: set[tuple[int, int]] = set()
        self.hops: dict[LinkEnds, list[Hop]] = {}
        self.complete = True

    def read(self, edges: Edges, fqn: str, directions: Sequence[Direction]) -> None:
        for some, direction in _pages(edges, fqn, directions):
            for hop in edges.hops(some, direction, self._steps - len(self._known) + 1):
                if hop.edge in self._known:
                    continue
                if len(self._known) == self._steps:
                    self.complete = False
                    return
                self._known.add(hop.edge)
                ends = (hop.end, hop.start) if direction == "upstream" else (hop.start, hop.end)
                self.hops.setdefault(ends, []).append(hop)


class _Counted:
    """Counts the edges that ``_Found`` finds, by group: a service may have so many that it takes seconds to make
    something of each."""

    def __init__(self, inside: str, steps: int) -> None:
        self._inside = inside
        self._steps = steps
        self._places: dict[tuple[str, str], tuple[int, str | None, bool]] = {}
        self._counts: Counter[tuple[str | None, str, str]] = Counter()
        self.complete = True

    def read(self, edges: Edges, fqn: str, directions: Sequence[Direction]) -> None:
        known: set[tuple[int, int]] = set()
        pairs: set[tuple[int, int]] = set()
        for some, direction in _pages(edges, fqn, directions):
            for edge, source, target in edges.ends(some, direction, self._steps - len(known) + 1):
                if edge in known:
                    continue
                if len(known) == self._steps:
                    self.complete = False
                    return
                known.add(edge)
                at, of, source_inside = self._places.get(source) or self._place(source)
                to, by, target_inside = self._places.get(target) or self._place(target)
                if (at, to) not in pairs:
                    pairs.add((at, to))
                    if by is not None:
                        self._counts[of, by, _way(source_inside, target_inside)] += 1

    def _place(self, named: tuple[str, str]) -> tuple[int, str | None, bool]:
        place = FlowPlace(*named)
        inside = bool(place.type) and place.fqn.startswith(self._inside)
        self._places[named] = found = (len(self._places), group_of(place), inside)
        return found

    @property
    def objects(self) -> int:
        return sum(inside for _, _, inside in self._places.values())

    def groups(self) -> tuple[GroupLink, ...]:
        return _ordered(self._counts)


def _pages(
    edges: Edges, fqn: str, directions: Sequence[Direction]
) -> Iterator[tuple[list[FlowPlace], Direction]]:  # fmt: skip
    """Yields the objects in a container, some at a time, once for each direction."""
    below = edges.objects_below(fqn)
    while some := [place for place, _ in islice(below, PAGE)]:
        yield from ((some, direction) for direction in directions)


def group_of(place: FlowPlace) -> str | None:
    """The FQN of what an object lies in; ``None`` for a name that fits no object."""
    return build(*split(place.fqn)[:-1]) if place.type else None


def _groups(graph: LineageGraph, inside: set[FlowPlace]) -> tuple[GroupLink, ...]:
    groups = {node.place: group_of(node.place) for node in graph.nodes}
    counts: Counter[tuple[str | None, str, str]] = Counter()
    for link in graph.links:
        target = groups[link.target]
        if target is not None:
            counts[groups[link.source], target, _way(link.source in inside, link.target in inside)] += 1
    return _ordered(counts)


def _way(source_inside: bool, target_inside: bool) -> str:
    return "enters" if not source_inside else "within" if target_inside else "leaves"


def _ordered(counts: Counter[tuple[str | None, str, str]]) -> tuple[GroupLink, ...]:
    ordered = sorted(counts.items(), key=lambda each: (each[0][0] or "", each[0][1:]))
    return tuple(GroupLink(source, target, count, way) for (source, target, way), count in ordered)
