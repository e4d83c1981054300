"""The lineage of an object or of one of its columns: what feeds it, and what it feeds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scheduler.app.lineage.beginnings import begin
from scheduler.app.lineage.walk import STEPS, LineageWalk, Walked, uncollected
from specs.names import child
from specs.recipe.dataset_names import namespace_of
from workers.catalog import Catalog, Entry
from workers.ledger import SqlLedger
from workers.lineage.hops import ColumnStep, Direction, Edges, FlowPlace, Hop, MovedOver, reading
from workers.store.database import open_database

COLUMNS = 200_000
"""Most pairs of columns that one answer holds."""
BOTH_WAYS: tuple[Direction, ...] = ("upstream", "downstream")
LinkEnds = tuple[FlowPlace, FlowPlace]
"""Source and target."""


class LineageNode(NamedTuple):
    """An object, or a column of one. ``state``: ``live`` or ``missing``, ``external`` where the catalog has no such
    object, ``unresolved`` where a name in the text fits none. ``depth`` counts steps; it is negative upstream."""

    place: FlowPlace
    state: str
    depth: int

    def as_json(self) -> dict[str, Any]:
        return {**named(self.place), "state": self.state, "depth": self.depth}


class LineageLink(NamedTuple):
    """``source`` feeds ``target``. ``via`` are the objects that tell of it, where it is not the target itself;
    ``columns`` has ``(column of the target, column of the source, transformation)``, a target's empty one where the
    source's decides which rows there are. ``moved`` says how often and when a query log showed it."""

    source: FlowPlace
    target: FlowPlace
    evidence: tuple[str, ...]
    via: tuple[str, ...]
    proven: bool | None
    confidence: float
    state: str
    columns: tuple[tuple[str, str, str], ...]
    moved: MovedOver | None = None

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"source": named(self.source), "target": named(self.target)}
        found |= {"evidence": list(self.evidence), "via": list(self.via), "proven": self.proven}
        found |= {"confidence": self.confidence, "state": self.state}
        found |= {"moved": None if self.moved is None else self.moved._asdict()}
        keys = ("target", "source", "transformation")
        return {**found, "columns": [dict(zip(keys, each, strict=True)) for each in self.columns]}


class Neighbours(NamedTuple):
    """How many objects feed one directly, and how many it feeds."""

    upstream: int
    downstream: int


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """``nodes`` stand nearest first, those of the beginning among them. ``further``: how many of the farthest nodes
    lead on; ``complete`` is false when there was more than an answer holds."""

    fqn: str
    column: str | None
    nodes: tuple[LineageNode, ...]
    links: tuple[LineageLink, ...]
    directions: tuple[Direction, ...]
    depth: int | None
    further: int
    complete: bool

    def as_json(self) -> dict[str, Any]:
        """The fields; nodes and edges stay tuples of objects that have ``as_json``."""
        return {
            "fqn": self.fqn, "column": self.column, "directions": list(self.directions), "depth": self.depth,
            "complete": self.complete, "further": self.further, "nodes": self.nodes, "edges": self.links,
        }  # fmt: skip


def name_of(place: FlowPlace) -> str:
    """The FQN of an object; that of a column has its name behind it."""
    return child(place.fqn, place.column) if place.column else place.fqn


def named(place: FlowPlace) -> dict[str, Any]:
    """A place in JSON; ``type`` is ``null`` for a name that fits no object."""
    found: dict[str, Any] = {"type": place.type or None, "fqn": place.fqn}
    return {**found, "column": place.column} if place.column else found


def lineage(
    catalog: str,
    fqn: str,
    *,
    column: str | None = None,
    directions: tuple[Direction, ...] = BOTH_WAYS,
    depth: int | None = None,
    columns: bool = False,
    steps: int = STEPS,
) -> LineageGraph:
    """What feeds an object, or one ``column`` of it, and what it feeds, within ``depth`` steps; ``columns``: with the
    columns of each edge. Raises ``UsageError`` with near names when nothing has this name."""
    with uncollected(), open_database(catalog, create=False) as db, reading(db) as edges:
        start = begin(Catalog(db), edges, fqn, column)
        walks = {each: LineageWalk(edges, each, depth=depth, steps=steps).run(start.places) for each in directions}
        links = links_of(edges, _ends(walks), columns)
        states = edges.states(place for walked in walks.values() for place in walked.found)
    nodes = {place: LineageNode(place, start.state, 0) for place in start.places}
    for direction, walked in walks.items():
        for place, reached in walked.found.items():
            if reached.by is not None and place not in nodes:
                sign = -1 if direction == "upstream" else 1
                nodes[place] = LineageNode(place, state_of(place, states), sign * reached.depth)
    return LineageGraph(
        start.fqn, start.column, tuple(nodes.values()), links, directions, depth,
        sum(each.further for each in walks.values()), not any(each.cut for each in walks.values()),
    )  # fmt: skip


def neighbours(catalog: str, entries: Sequence[Entry]) -> list[Neighbours]:
    """Those of each object."""
    with open_database(catalog, create=False) as db, reading(db) as edges:
        return [
            Neighbours(*(edges.count([FlowPlace(each.type, each.fqn)], way) for way in ("upstream", "downstream")))
            for each in entries
        ]


def namespaces(catalog: str) -> dict[str, str]:
    """What OpenLineage's naming spec calls the server of each service for which it has a name, by the latest recipe."""
    with open_database(catalog, create=False) as db:
        found = {run.service: namespace_of(run.service_type, run.recipe) for run in SqlLedger(db).latest_runs()}
    return {service: namespace for service, namespace in found.items() if namespace is not None}


def state_of(place: FlowPlace, states: Mapping[tuple[str, str], str]) -> str:
    """The state of an object, or of that of a column; ``states`` are those that the catalog has."""
    return states.get(place[:2], "external") if place.type else "unresolved"


def _ends(walks: dict[Direction, Walked]) -> dict[LinkEnds, list[Hop]]:
    found: dict[LinkEnds, list[Hop]] = {}
    for direction, walked in walks.items():
        for hop in walked.hops:
            pair = (hop.end, hop.start) if direction == "upstream" else (hop.start, hop.end)
            hops = found.get(pair)
            if hops is None:
                found[pair] = [hop]
            else:
                hops.append(hop)
    return found


def links_of(edges: Edges, found: Mapping[LinkEnds, list[Hop]], columns: bool) -> tuple[LineageLink, ...]:
    """The steps by source and target as links, sorted; ``columns``: with their columns, of which there are at most
    ``COLUMNS``."""
    steps: dict[tuple[int, int], list[ColumnStep]] = {}
    if columns:
        for step in edges.columns((hop.edge for hops in found.values() for hop in hops), COLUMNS):
            steps.setdefault(step.edge, []).append(step)
    moved = edges.moved(hop.teller for hops in found.values() for hop in hops if hop.evidence == "query_log")
    return tuple(_link(*pair, hops, steps, moved) for pair, hops in sorted(found.items()))


def _link(
    source: FlowPlace, target: FlowPlace, hops: list[Hop], steps: dict[tuple[int, int], list[ColumnStep]],
    moved: Mapping[tuple[int, str], MovedOver],
) -> LineageLink:  # fmt: skip
    pairs = {(each.target, each.source, each.transformation) for hop in hops for each in steps.get(hop.edge, ())}
    if target.column or source.column:
        pairs |= {(target.column, source.column, hop.transformation) for hop in hops if hop.transformation}
    proven = [hop.proven for hop in hops if hop.proven is not None]
    via = {hop.via for hop in hops if hop.via and hop.via not in (source.fqn, target.fqn)}
    return LineageLink(
        source, target, tuple(sorted({hop.evidence for hop in hops})), tuple(sorted(via)),
        bool(max(proven)) if proven else None, max(hop.confidence for hop in hops),
        min(hop.state for hop in hops), tuple(sorted(pairs)),
        _together({moved[key] for hop in hops if (key := (hop.teller, source.fqn)) in moved}),
    )  # fmt: skip


def _together(moved: Collection[MovedOver]) -> MovedOver | None:
    """What several logs showed of one edge."""
    if not moved:
        return None
    return MovedOver(
        sum(each.times for each in moved), min(each.first for each in moved), max(each.last for each in moved)
    )
