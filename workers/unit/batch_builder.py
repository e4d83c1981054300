"""Builds batches from the events of a walk. A batch ends only at an event with a cursor, because a resume from there
neither loses nor repeats an object."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from specs.contracts.work import LARGEST, SEARCHED, Batch, Counts, Row, Unit
from specs.entities.base import content_hash
from specs.names import mark, split
from specs.recipe.allow_list import mask
from specs.topology.events import Covered, Done, Event, Found, Reported, Spawned
from specs.topology.node import Outcome
from specs.topology.scope import Cursor, Scope

ENTITIES = 512
"""Objects in one batch, about: it is full at the first cursor after this many."""
BYTES = 1_000_000
"""Bytes of JSON in one batch, about; zlib compresses them to a tenth."""


class BatchBuilder:
    """Collects events; ``cut`` returns a batch of all events up to the last one with a cursor.

    Events behind that are held separately, and ``drop`` removes them: a walk that resumes at ``cursor`` yields them
    again. ``incomplete`` is the first reason why a listing of the unit is incomplete; ``objects`` and ``children``
    count the objects and child units of all batches so far. An object whose item would exceed ``largest`` bytes of JSON
    becomes a failed outcome, because no batch could carry it.
    """

    def __init__(self, unit: Unit, fence: int, cursor: Cursor = (), *, largest: int = LARGEST) -> None:
        self._unit, self._fence, self._largest = unit, fence, largest
        self.secrets: Collection[str] = ()
        """Texts that no stored message may contain."""
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
        """Add an event; returns whether the batch is full and may be cut here."""
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
        """Remove the events behind the last cursor, because the walk was interrupted there."""
        self._held.clear()

    def cut(self) -> Batch:
        """The batch of all events up to the last cursor, with ``seq`` 0; a new batch is begun."""
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
            if coverage.error and self.secrets:
                coverage = replace(coverage, error=mask(coverage.error, self.secrets))
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
        """Whether ``content`` would make the objects of the same item exceed the largest batch. Each character takes at
        most four bytes, so the exact size is computed for long texts only.

        Earlier items of the batch do not count: whether an object fails must not depend on where batches are cut.
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
        if outcome.message and self.secrets:
            outcome = outcome._replace(message=mask(outcome.message, self.secrets))
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
        """The scope's FQN; the last one is cached, because consecutive events mostly have the same scope."""
        if scope.path != self._scope.path:
            self._scope, self._listing = scope, scope.fqn
        return self._listing


def _bytes(content: str) -> int:
    return len(content) if content.isascii() else len(content.encode("utf-8", "surrogatepass"))


def _too_large(event: Found, size: int, largest: int) -> Outcome:
    """The failed outcome of an object that no batch can carry; its key is that of the item it belongs to, so that a
    retry reads that item."""
    entity = event.entity
    key = split(event.owner[1] if event.owner else entity.fqn)[-1]
    told = f"{size / 1e6:.1f} MB of content, and one object may have {largest / 1e6:.0f} MB: leave it out with a filter"
    return Outcome("failed", entity.type_name(), entity.fqn, key, "size", told)
