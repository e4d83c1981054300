"""Walks a service in every way a run may walk it, and keeps what came out in a form that compares."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from specs import names
from specs.entities.base import Entity, content_hash
from specs.service_spec import METADATA
from specs.sources.base import Source
from specs.topology.engine import post, walk
from specs.topology.events import Coverage, Covered, Event, Found, Reported, Spawned, Start
from specs.topology.node import Item, Node
from specs.topology.scope import EVERYTHING, Cursor, KeyRange, Scope

Build = Callable[[], Source]
"""Makes a fresh source of the same service: each unit has one of its own."""

Sent = tuple[str, str, str, bytes]
"""``(type, fqn, parent, content hash)``."""


@dataclass(slots=True)
class Harvest:
    """What a walk brought in: entities, what was listed but not sent, and how the listings ended."""

    sent: list[Sent] = field(default_factory=list)
    reported: list[tuple[str, str, str, str]] = field(default_factory=list)
    """``(kind, type, fqn, reason)``."""
    coverages: list[Coverage] = field(default_factory=list)
    spawned: list[Start] = field(default_factory=list)

    def take(self, event: Event) -> None:
        if isinstance(event, Found):
            entity = event.entity
            digest = content_hash(entity.content())
            self.sent.append((entity.type_name(), entity.fqn, entity.parent, digest))
        elif isinstance(event, Reported):
            outcome = event.outcome
            self.reported.append((outcome.kind, outcome.type, outcome.fqn, outcome.reason))
        elif isinstance(event, Covered):
            self.coverages.append(event.coverage)
        elif isinstance(event, Spawned):
            self.spawned.append(event.start)

    def add(self, other: Harvest) -> None:
        self.sent += other.sent
        self.reported += other.reported
        self.coverages += other.coverages
        self.spawned += other.spawned

    @property
    def objects(self) -> tuple[Counter[Sent], Counter[tuple[str, str, str, str]]]:
        """Everything that was listed, in any order: the two sides of the law."""
        return Counter(self.sent), Counter(self.reported)

    @property
    def objects_reported(self) -> list[tuple[str, str, str, str]]:
        """What was reported of listed objects, not of parts of one that was sent."""
        tables = {fqn for type_, fqn, _, _ in self.sent if type_ == "Table"}
        return [each for each in self.reported if names.build(*names.split(each[2])[:-1]) not in tables]

    @property
    def incomplete(self) -> list[Coverage]:
        return [coverage for coverage in self.coverages if coverage.error is not None]


def root(source: Source, part: str = METADATA) -> Start:
    """The start of the unit of the whole service."""
    return Start.root(source.topology.root.name, source.service, part)


def entities(build: Build, start: Start | None = None) -> list[Found]:
    """Every entity below ``start`` (default: the whole service), walked in one go."""
    source = build()
    try:
        events = walk(source, source.topology, start or root(source), spawn=False)
        return [event for event in events if isinstance(event, Found)]
    finally:
        source.close()


def walk_whole(build: Build, start: Start | None = None) -> Harvest:
    """One depth-first walk without units."""
    return _run(build, lambda source: walk(source, source.topology, start or root(source), spawn=False))


def walk_unit(build: Build, start: Start, *, resume: Cursor = ()) -> Harvest:
    """One unit, its children left as ``spawned``."""
    return _run(build, lambda source: walk(source, source.topology, start, resume=resume))


def walk_units(
    build: Build, *, start: Start | None = None, cut: Callable[[Start], Sequence[int]] = lambda start: ()
) -> Harvest:
    """All units below ``start`` (default: the whole service), each with a source of its own.

    They are sent through JSON as the ledger does.

    ``cut`` names, per unit, at which of its cursors the walk is broken off and resumed by a fresh source. A unit's
    post_process runs once all its descendants are finished.
    """
    if start is None:
        source = build()
        start = root(source)
        source.close()
    return _walk_below(build, start, cut)


def _walk_below(build: Build, start: Start, cut: Callable[[Start], Sequence[int]]) -> Harvest:
    start = through_json(start)
    found = walk_broken(build, start, cut(start))
    below, found.spawned = found.spawned, []
    for child in below:
        found.add(_walk_below(build, child, cut))
    found.add(_run(build, lambda source: post(source, source.topology, start)))
    return found


def walk_broken(build: Build, start: Start, cuts: Sequence[int], *, spawn: bool = True) -> Harvest:
    """Walk one unit, breaking off behind the n-th event that carries a cursor for each n of ``cuts``, in turn.

    What comes behind the last cursor is lost, as it is when a worker dies, and must come again.
    """
    found, resume = Harvest(), Cursor()
    for cut in (*cuts, None):
        source = build()
        try:
            kept, pending, cursors = Harvest(), Harvest(), 0
            for event in walk(source, source.topology, start, resume=resume, spawn=spawn):
                pending.take(event)
                if event.cursor is not None:
                    kept.add(pending)
                    pending, resume = Harvest(), event.cursor
                    cursors += 1
                    if cut is not None and cursors > cut:
                        break
            else:
                kept.add(pending)
                found.add(kept)
                return found
            found.add(kept)
        finally:
            source.close()
    return found


def cursors(build: Build, start: Start) -> int:
    """How many cursors the walk of one unit passes."""
    source = build()
    try:
        return sum(event.cursor is not None for event in walk(source, source.topology, start))
    finally:
        source.close()


def walk_ranges(build: Build, node: str, scope: Scope, keys: Iterable[str], span: KeyRange = EVERYTHING) -> Harvest:
    """One listing, cut into ranges behind each of ``keys``, each range a unit of its own."""
    found, after = Harvest(), span.after
    for until in (*keys, span.until):
        found.add(walk_unit(build, Start(node, scope, range=KeyRange(after, until))))
        after = until
    return found


@dataclass(frozen=True, slots=True)
class HarvestedListing:
    """One listing of the service: a node below a scope, and what its producer yielded."""

    node: Node[Source]
    scope: Scope
    produced: tuple[object, ...]

    @property
    def keys(self) -> list[str]:
        return [produced.key for produced in self.produced]  # type: ignore[attr-defined]

    @property
    def items(self) -> list[Item]:
        return [produced for produced in self.produced if isinstance(produced, Item)]


def listings(source: Source) -> list[HarvestedListing]:
    """Every listing of the service, outermost first."""
    found: list[HarvestedListing] = []
    pending: list[tuple[Node[Source], Scope]] = [(child, source.root) for child in source.topology.root.children]
    while pending:
        node, scope = pending.pop(0)
        listing = HarvestedListing(node, scope, tuple(node.produce(source, scope, EVERYTHING)))
        found.append(listing)
        for item in listing.items:
            pending += [(child, scope.child(item.name)) for child in node.children]
    return found


def through_json(start: Start) -> Start:
    """``start`` as it comes back from the ledger."""
    item = json.loads(json.dumps(start.item))
    return replace(start, item=item, scope=Scope(tuple(json.loads(json.dumps(start.scope.path)))))


def _run(build: Build, events: Callable[[Source], Iterable[Event]]) -> Harvest:
    source, found = build(), Harvest()
    try:
        for event in events(source):
            found.take(event)
    finally:
        source.close()
    return found


def described(entity: Entity) -> str:
    """How a failing assertion names an entity."""
    return f"{entity.type_name()} {entity.fqn}"
