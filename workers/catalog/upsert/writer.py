"""Writes entities as they come from the crawl: compares hashes, stores changed ones, and appends events to the feed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from specs.contracts.work import Row
from specs.entities import entity_types
from specs.entities.base import HASH_VERSION
from specs.entities.versions import comparable
from specs.errors import Retry
from workers.catalog import derived
from workers.catalog.upsert.backend import Backend, Event, Known, Stamp
from workers.catalog.upsert.diff import Changes, diff
from workers.catalog.upsert.feed import append
from workers.store.connection import Connection

EMITTED, UNCHANGED = 1, 0
MEASURED = "measured"
"""The kind of an event that tells of new numbers, of an object that is as it was: sinks get it, people do not."""
TWICE = "the run delivered another object of this name before: that one is kept"
Numbered = tuple[int, Row]
"""``(index among the rows that are stored together, row)``."""


@dataclass(slots=True)
class StoredRows:
    """How many delivered rows were emitted and unchanged, by entity type; ``refused``: the rows that the database can
    never store, and why."""

    emitted: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[Row, str]] = field(default_factory=list)

    def add(self, row: Row, fate: int | str) -> None:
        if isinstance(fate, str):
            self.refused.append((row, fate))
            return
        counts = self.emitted if fate == EMITTED else self.unchanged
        counts[row.type] = counts.get(row.type, 0) + 1


@dataclass(slots=True)
class _Plan:
    """The writes that distinct rows need."""

    created: list[Row] = field(default_factory=list)
    changed: list[tuple[Known, Numbered]] = field(default_factory=list)
    believed: list[int] = field(default_factory=list)
    stats: list[tuple[int, str | None]] = field(default_factory=list)
    told: list[tuple[str, Row]] = field(default_factory=list)


class CatalogWriter:
    """Stores rows inside the caller's transaction ``conn`` (of ``SqlDatabase.write``).

    A row is *emitted* when it is new, changed or restored, else *unchanged*, which needs no write. A run delivers each
    identity once; a second row of the same identity is refused, so that the number of emitted rows equals the number of
    distinct entities that SQL counts. ``finish`` must be the last write of the transaction: it takes the feed's
    counter.

    Methods raise ``Retry`` when an entity was removed meanwhile, and the errors of the database.
    """

    def __init__(self, conn: Connection, run: str, service: str, now: float, *, version: int = HASH_VERSION) -> None:
        self.conn = conn
        self.stamp = Stamp(run, service, now, version)
        self.backend = backend(conn)
        self.events: list[Event] = []
        self._fates: list[int | str] = []
        self._stale: list[bool] = []

    def store(self, rows: Sequence[Row]) -> StoredRows:
        """Store rows; of several with one identity, the first."""
        return self.store_each([rows])[0]

    def store_each(self, parts: Sequence[Sequence[Row]], stale: Sequence[bool] = ()) -> list[StoredRows]:
        """Store several batches at once, in order; returns what became of each.

        Existing entities are not changed by a ``stale`` batch, not even missing ones, because its source was behind.
        """
        rows = [row for part in parts for row in part]
        old = [n < len(stale) and stale[n] for n in range(len(parts))]
        self._stale = [old[n] for n, part in enumerate(parts) for _ in part] if any(old) else []
        self._fates = [TWICE] * len(rows)
        first: dict[tuple[str, str], Numbered] = {}
        for each in enumerate(rows):
            first.setdefault(_identity(each[1]), each)
        self._bisect(list(first.values()), fresh=True)
        fates = iter(self._fates)
        found = []
        for part in parts:
            stored = StoredRows()
            for row in part:
                stored.add(row, next(fates))
            found.append(stored)
        return found

    def finish(self) -> None:
        """Append the buffered events to the feed."""
        append(self.backend, self.events, self.stamp)
        self.events = []

    def _bisect(self, rows: list[Numbered], *, fresh: bool) -> None:
        """Store ``rows`` in a savepoint. When the database refuses one, store them again in halves, down to the row
        that is refused.

        First all of them are tried once more, because another writer may have created some of them in between.
        """
        mark = len(self.events)
        self.conn.exec_driver_sql("SAVEPOINT rows_of_batch")
        refusal = ""
        try:
            self._store(rows)
        except Exception as error:
            if not self.backend.refused(error):
                raise
            del self.events[mark:]
            self.conn.exec_driver_sql("ROLLBACK TO SAVEPOINT rows_of_batch")
            refusal = _message(error)
        self.conn.exec_driver_sql("RELEASE SAVEPOINT rows_of_batch")
        if not refusal:
            return
        if fresh:
            self._bisect(rows, fresh=False)
        elif len(rows) == 1:
            self._fates[rows[0][0]] = refusal
        else:
            half = len(rows) // 2
            self._bisect(rows[:half], fresh=False)
            self._bisect(rows[half:], fresh=False)

    def _store(self, rows: list[Numbered]) -> None:
        plan = self._plan(rows)
        kinds = self._write_changed(plan)
        if plan.created:
            created = sorted(plan.created, key=_identity)
            ids = self.backend.insert(created, self.stamp)
            derived.added(self.conn, zip(ids, created, strict=True))
        self.backend.execute("believe", ({"id": id_} for id_ in plan.believed))
        self.backend.execute("store_stats", ({"id": id_, "json": text} for id_, text in plan.stats))
        for kind, row in plan.told:
            if kind in ("created", MEASURED):
                self.events.append(Event(row.type, row.fqn, kind, None))
            elif (event := kinds.get(_identity(row))) is not None:
                self.events.append(event)

    def _plan(self, rows: list[Numbered]) -> _Plan:
        found = self.backend.lookup([row for _, row in rows])
        plan, fates = _Plan(), self._fates
        stamp = self.stamp
        for at, (n, row) in enumerate(rows):
            known = found.get(at)
            fates[n] = EMITTED
            if known is not None and known.changed_run == stamp.run:
                fates[n] = TWICE
                continue
            if known is None:
                plan.created.append(row)
                plan.told.append(("created", row))
                continue
            if self._stale and self._stale[n]:
                fates[n] = UNCHANGED
                continue
            if row.stats != known.stats:
                plan.stats.append((known.id, row.stats))
            if known.hash != row.hash or known.hash_version != stamp.version or known.state != "live":
                plan.changed.append((known, (n, row)))
                plan.told.append(("changed", row))
            else:
                fates[n] = UNCHANGED
                if row.stats != known.stats and _measured(row.type):
                    plan.told.append((MEASURED, row))
                if known.doubt is not None:
                    plan.believed.append(known.id)
        return plan

    def _write_changed(self, plan: _Plan) -> dict[tuple[str, str], Event]:
        """Write changed and restored rows; returns their events by identity. A row that differs only in its hash
        version has none."""
        if not plan.changed:
            return {}
        plan.changed.sort(key=lambda pair: _identity(pair[1][1]))
        old = self.backend.contents([known.id for known, _ in plan.changed])
        updates, rehashed, rewritten = [], [], []
        events: dict[tuple[str, str], Event] = {}
        for known, (n, row) in plan.changed:
            before = old.get(known.id)
            if before is None:
                raise Retry("an entity was removed while it was stored", row.fqn, "it is tried again", reason="busy")
            changes = _changes(row.type, known.hash_version, before.content, row.content, self.stamp.version)
            if known.state != "live":
                events[_identity(row)] = Event(row.type, row.fqn, "restored", _text(changes))
            elif changes:
                events[_identity(row)] = Event(row.type, row.fqn, "updated", _text(changes))
            elif known.hash_version != self.stamp.version:
                rehashed.append({"id": known.id, "hash": row.hash, "version": self.stamp.version})
                if before.content != row.content:
                    rewritten.append((known.id, row, before))
                self._fates[n] = UNCHANGED
                continue
            updates.append((known.id, row, before))
        self.backend.update(updates, self.stamp)
        self.backend.rewrite(rewritten)
        self.backend.execute("rehash", rehashed)
        derived.changed(self.conn, ((id_, row) for id_, row, _ in (*updates, *rewritten)))
        return events


def backend(conn: Connection) -> Backend:
    """The backend of the connection's dialect; PostgreSQL's is imported only when it is used."""
    if conn.dialect.name == "postgresql":
        from workers.catalog.upsert.postgresql import PostgresqlBackend

        return PostgresqlBackend(conn)
    from workers.catalog.upsert.sqlite import SqliteBackend

    return SqliteBackend(conn)


def _changes(type_: str, known: int, before: str, after: str, version: int) -> Changes:
    """The difference between two contents; fields that cannot be compared with the older version do not count."""
    if before == after:
        return {}
    old, new = json.loads(before), json.loads(after)
    entity = entity_types.get(type_)
    if known < version and entity is not None:
        old, new = comparable(entity, old, known), comparable(entity, new, known)
    return diff(old, new)


def _measured(type_: str) -> bool:
    entity = entity_types.get(type_)
    return entity is not None and entity.MEASURED


def _identity(row: Row) -> tuple[str, str]:
    return row.type, row.fqn


def _text(changes: Changes) -> str | None:
    return json.dumps(changes, ensure_ascii=False) if changes else None


def _message(error: Exception) -> str:
    cause: Any = getattr(error, "orig", None) or error
    return f"the catalog cannot store it: {str(cause).splitlines()[0] if str(cause) else type(cause).__name__}"[:500]
