"""Folds the events of a walk into batches, cut only where a resume loses and repeats nothing."""

from __future__ import annotations

from specs.contracts.work import LARGEST, SEARCHED, Batch, Counts, Row, Unit
from specs.entities.base import content_hash
from specs.names import mark, split
from specs.topology.events import Covered, Done, Event, Found, Reported, Spawned
from specs.topology.node import Outcome
from specs.topology.scope import Cursor, Scope

ENTITIES = 512
"""Objects in one batch, about: a batch is full at the first cut behind this many."""
BYTES = 1_000_000
"""Bytes of JSON in one batch, about; zlib makes a tenth of them."""


class BatchBuilder:
    """Collects events; ``cut`` hands out what stands, which is everything up to the last event with a cursor.

    Events behind that are held as they are and dropped by ``drop``: a walk that goes on from ``cursor`` yields them
    again. ``incomplete`` is the first reason why a listing of the unit is not complete;
    ``objects`` and ``children`` count what was folded in so far. An object that would make its item one of more
    than ``largest`` bytes is a failed outcome.
    """

    def __init__(self, unit: Unit, fence: int, cursor: Cursor = (), *, largest: int = LARGEST) -> None:
        self._unit, self._fence, self._largest = unit, fence, largest
        self._held: list[Event] = []
        self._scope, self._listing = Scope(()), ""
        self.cursor = cursor
        self.incomplete = ""
        self.objects = self.children = 0
        self._fresh()

    def _fresh(self) -> None:
        self._batch = Batch(self._unit.run, self._unit.id, self._fence, 0, self.cursor)
        self._size = self._weight = self._before = 0
        self.dirty = False

    def add(self, event: Event) -> bool:
        """Take an event in. ``True``: the batch is full and may be cut here."""
        self._held.append(event)
        if event.cursor is None:
            return False
        self._before = self._weight
        for held in self._held:
            self._fold(held)
        self._held.clear()
        self.cursor, self.dirty = event.cursor, True
        return self._size >= ENTITIES or self._weight >= BYTES

    def drop(self) -> None:
        """Forget what came behind the last cursor: the walk was broken off there."""
        self._held.clear()

    def cut(self) -> Batch:
        """The batch of what stands, its ``seq`` still 0; a fresh one is begun."""
        batch = self._batch
        batch.cursor = self.cursor
        self._fresh()
        return batch

    def _fold(self, event: Event) -> None:
        if isinstance(event, Done):
            return
        if isinstance(event, Found):
            self._found(event)
        elif isinstance(event, Reported):
            self._reported(event)
        elif isinstance(event, Spawned):
            self._spawned(event)
        elif isinstance(event, Covered):
            coverage = event.coverage
            self._batch.coverages.append(coverage)
            if coverage.error is not None and not self.incomplete:
                self.incomplete = coverage.error

    def _found(self, event: Found) -> None:
        entity = event.entity
        kind, content = entity.type_name(), entity.content()
        if self._full(content):
            self._reported(Reported(_too_large(event, _bytes(content), self._largest), event.node, event.scope))
            return
        row = Row(
            kind,
            entity.fqn,
            entity.parent,
            entity.name,
            event.node,
            self._fqn(event.scope),
            mark(*event.owner) if event.owner else None,
            content_hash(content),
            entity.search_text()[:SEARCHED],
            content,
            entity.stats(),
        )
        self._batch.rows.append(row)
        counts = self._counts(kind)
        counts.listed += 1
        counts.sent += 1
        self._grow(len(content) + len(row.search) + 200)

    def _full(self, content: str) -> bool:
        """Whether ``content`` is too much, with what came of the same item; characters take four bytes at most.

        What stands in the batch before it does not count: any other split would let the object through.
        """
        own = self._weight - self._before
        return own + len(content) > self._largest // 4 and own + _bytes(content) > self._largest

    def _reported(self, event: Reported) -> None:
        outcome, batch = event.outcome, self._batch
        counts = self._counts(outcome.type)
        counts.listed += 1
        if outcome.stands:
            batch.seen.append(mark(outcome.type, outcome.fqn))
        if outcome.kind == "filtered":
            counts.filtered += 1
            rule = (outcome.type, outcome.reason)
            batch.filtered[rule] = batch.filtered.get(rule, 0) + 1
            self._grow(16)
            return
        if outcome.kind == "failed":
            counts.failed += 1
        else:
            counts.gone += 1
        batch.outcomes.append((outcome, event.node, self._fqn(event.scope)))
        self._grow(200 + len(outcome.message))

    def _spawned(self, event: Spawned) -> None:
        self._batch.children.append(event.start)
        self.children += 1
        if event.fqns:
            self._counts(event.type).spawned += len(event.fqns)
            self._batch.seen.extend([mark(event.type, fqn) for fqn in event.fqns])
        self._grow(300 + 16 * len(event.fqns))

    def _grow(self, weight: int) -> None:
        self.objects += 1
        self._size += 1
        self._weight += weight

    def _counts(self, kind: str) -> Counts:
        found = self._batch.counts.get(kind)
        if found is None:
            found = self._batch.counts[kind] = Counts()
        return found

    def _fqn(self, scope: Scope) -> str:
        """The scope's FQN; the same listing is asked for again and again."""
        if scope.path != self._scope.path:
            self._scope, self._listing = scope, scope.fqn
        return self._listing


def _bytes(content: str) -> int:
    return len(content) if content.isascii() else len(content.encode("utf-8", "surrogatepass"))


def _too_large(event: Found, size: int, largest: int) -> Outcome:
    """An object that no batch can carry fails alone; its key is that of the item it was read with, for a retry."""
    entity = event.entity
    key = split(event.owner[1] if event.owner else entity.fqn)[-1]
    told = f"{size / 1e6:.1f} MB of content, and one object may have {largest / 1e6:.0f} MB: leave it out with a filter"
    return Outcome("failed", entity.type_name(), entity.fqn, key, "size", told)
