"""The lineage of a service, database or schema: the edges between what it contains, and those that enter and leave it,
counted by schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
    """``graph`` has all objects at the ends of edges, those outside at the depth -1 or 1, and ``groups`` counts."""

    type: str
    groups: tuple[GroupLink, ...]
    graph: LineageGraph

    def as_json(self) -> dict[str, Any]:
        """The fields; tuples hold objects that have ``as_json``."""
        graph = self.graph
        return {
            "type": self.type, "fqn": graph.fqn, "directions": list(graph.directions), "complete": graph.complete,
            "groups": self.groups, "nodes": graph.nodes, "edges": graph.links,
        }  # fmt: skip


def overview(
    catalog: str, fqn: str, *, directions: Sequence[Direction] = BOTH_WAYS, columns: bool = False,
    steps: int = STEPS,
) -> LineageOverview | None:  # fmt: skip
    """The lineage of a service, database or schema; ``None`` for the name of anything else. ``directions``:
    ``upstream`` is what feeds the objects in it, from inside or outside, ``downstream`` what they feed. At most
    ``steps`` edges are told of. Raises ``UsageError`` with near names when nothing has this name."""
    with uncollected(), open_database(catalog, create=False) as db, reading(db) as edges:
        start = begin(Catalog(db), edges, fqn)
        if not start.contains:
            return None
        found = _Found(edges, steps)
        found.read(start.fqn, directions)
        links = links_of(edges, {ends: list(hops.values()) for ends, hops in found.hops.items()}, columns)
    sources = {link.source for link in links}
    places = sorted(sources | {link.target for link in links})
    inside = {each for each in places if each.type and each.fqn.startswith(f"{start.fqn}.")}
    nodes = tuple(
        LineageNode(each, found.state(each), 0 if each in inside else -1 if each in sources else 1) for each in places
    )
    graph = LineageGraph(start.fqn, None, nodes, links, tuple(directions), None, 0, found.complete)
    return LineageOverview(start.places[0].type, _groups(graph, inside), graph)


class _Found:
    """The objects in a container, and the edges of which one of them is an end."""

    def __init__(self, edges: Edges, steps: int) -> None:
        self._edges = edges
        self._left = steps
        self._states: dict[FlowPlace, str] = {}
        self.hops: dict[LinkEnds, dict[tuple[int, int], Hop]] = {}
        self.complete = True

    def read(self, fqn: str, directions: Sequence[Direction]) -> None:
        below = self._edges.objects_below(fqn)
        while some := dict(islice(below, PAGE)):
            self._states |= some
            for direction in directions:
                for hop in self._edges.hops(some, direction, self._left + 1):
                    if not self._keep(hop, (hop.end, hop.start) if direction == "upstream" else (hop.start, hop.end)):
                        self.complete = False
                        return

    def _keep(self, hop: Hop, ends: LinkEnds) -> bool:
        """Keep an edge that is not known yet; false when there is no room for it."""
        if hop.edge in self.hops.get(ends, ()):
            return True
        if self._left == 0:
            return False
        self._left -= 1
        self.hops.setdefault(ends, {})[hop.edge] = hop
        self._states[hop.end] = state_of(hop)
        return True

    def state(self, place: FlowPlace) -> str:
        return self._states[place]


def group_of(place: FlowPlace) -> str | None:
    """The FQN of what an object lies in; ``None`` for a name that fits no object."""
    return build(*split(place.fqn)[:-1]) if place.type else None


def _groups(graph: LineageGraph, inside: set[FlowPlace]) -> tuple[GroupLink, ...]:
    groups = {node.place: group_of(node.place) for node in graph.nodes}
    counts: Counter[tuple[str | None, str, str]] = Counter()
    for link in graph.links:
        target = groups[link.target]
        if target is not None:
            way = "enters" if link.source not in inside else "within" if link.target in inside else "leaves"
            counts[groups[link.source], target, way] += 1
    ordered = sorted(counts.items(), key=lambda each: (each[0][0] or "", each[0][1:]))
    return tuple(GroupLink(source, target, count, way) for (source, target, way), count in ordered)
