"""Writes entities as they come from the crawl: compares hashes, stores what changed, and tells the change feed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from specs.entities.base import HASH_VERSION
from specs.errors import Retry
from specs.work import Row
from workers.catalog.backend import Backend, Event, Known, Stamp
from workers.catalog.diff import Changes, diff
from workers.catalog.feed import append

if TYPE_CHECKING:
    from workers.database import Database


@dataclass(slots=True)
class Stored:
    """What became of delivered rows, per entity type. ``refused``: rows that the database can never take, and why."""

    emitted: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[Row, str]] = field(default_factory=list)

    def absorb(self, other: Stored) -> None:
        for mine, theirs in ((self.emitted, other.emitted), (self.unchanged, other.unchanged)):
            for type_, n in theirs.items():
                mine[type_] = mine.get(type_, 0) + n
        self.refused += other.refused


@dataclass(slots=True)
class _Plan:
    """What a batch of distinct rows needs done."""

    created: list[Row] = field(default_factory=list)
    changed: list[tuple[Known, Row]] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    believed: list[int] = field(default_factory=list)
    stats: list[tuple[int, str | None]] = field(default_factory=list)
    told: list[tuple[str, Row]] = field(default_factory=list)
    done: Stored = field(default_factory=Stored)

    def emit(self, row: Row) -> None:
        self.done.emitted[row.type] = self.done.emitted.get(row.type, 0) + 1

    def keep(self, row: Row) -> None:
        self.done.unchanged[row.type] = self.done.unchanged.get(row.type, 0) + 1


class CatalogWriter:
    """Stores rows inside the caller's transaction ``conn`` (of ``db.write()``).

    A row is *emitted* when it is new, changed, restored, or was already changed by this run; else *unchanged*. Each
    row counts the writes of the run that changed it last, so that their sum by SQL equals what was emitted. Unchanged
    rows cost no write. ``finish`` must be the last thing in the transaction: it takes the feed's counter.
    """

    def __init__(
        self, db: Database, conn: Connection, run: str, service: str, now: float, *, version: int = HASH_VERSION
    ) -> None:
        self.conn = conn
        self.stamp = Stamp(run, service, now, version)
        self.backend = backend(db.dialect, conn)
        self.events: list[Event] = []

    def store(self, rows: Sequence[Row]) -> Stored:
        """Store rows in order; an identity that comes twice is delivered twice."""
        total = Stored()
        rest = list(rows)
        while rest:
            first: dict[tuple[str, str], Row] = {}
            later: list[Row] = []
            for row in rest:
                if (row.type, row.fqn) in first:
                    later.append(row)
                else:
                    first[row.type, row.fqn] = row
            total.absorb(self._bisect(list(first.values()), fresh=True))
            rest = later
        return total

    def finish(self) -> None:
        """Append the buffered events to the feed."""
        append(self.backend, self.conn, self.events, self.stamp)
        self.events = []

    def _bisect(self, rows: list[Row], *, fresh: bool) -> Stored:
        """Store ``rows`` in a savepoint; on a refusal again in halves, down to the row that is refused.

        A whole batch is tried twice first: its rows may have been created by another writer in between.
        """
        mark = len(self.events)
        self.conn.exec_driver_sql("SAVEPOINT rows_of_batch")
        try:
            done: Stored | None = self._store(rows)
        except Exception as error:
            if not self.backend.refused(error):
                raise
            del self.events[mark:]
            self.conn.exec_driver_sql("ROLLBACK TO SAVEPOINT rows_of_batch")
            refusal = _message(error)
            done = None
        self.conn.exec_driver_sql("RELEASE SAVEPOINT rows_of_batch")
        if done is not None:
            return done
        if fresh:
            return self._bisect(rows, fresh=False)
        if len(rows) == 1:
            return Stored(refused=[(rows[0], refusal)])
        half = len(rows) // 2
        done = self._bisect(rows[:half], fresh=False)
        done.absorb(self._bisect(rows[half:], fresh=False))
        return done

    def _store(self, rows: list[Row]) -> Stored:
        plan = self._plan(rows)
        kinds = self._write_changed(plan)
        if plan.created:
            self.backend.insert(sorted(plan.created, key=_identity), self.stamp)
        self.backend.execute("deliver_again", ({"id": id_, "run": self.stamp.run} for id_ in plan.again))
        self.backend.execute("believe", ({"id": id_} for id_ in plan.believed))
        self.backend.execute("store_stats", ({"id": id_, "json": text} for id_, text in plan.stats))
        for kind, row in plan.told:
            if kind == "created":
                self.events.append(Event(row.type, row.fqn, kind, None))
            elif (event := kinds.get(_identity(row))) is not None:
                self.events.append(event)
        return plan.done

    def _plan(self, rows: list[Row]) -> _Plan:
        found = self.backend.lookup(rows)
        plan = _Plan()
        stamp = self.stamp
        for at, row in enumerate(rows):
            known = found.get(at)
            if known is None:
                plan.created.append(row)
                plan.told.append(("created", row))
                plan.emit(row)
                continue
            if row.stats != known.stats:
                plan.stats.append((known.id, row.stats))
            if known.hash != row.hash or known.hash_version != stamp.version or known.state != "live":
                plan.changed.append((known, row))
                plan.told.append(("changed", row))
            elif known.changed_run == stamp.run:
                plan.again.append(known.id)
                plan.emit(row)
            else:
                if known.doubt is not None:
                    plan.believed.append(known.id)
                plan.keep(row)
        return plan

    def _write_changed(self, plan: _Plan) -> dict[tuple[str, str], Event]:
        """Write changed and restored rows; returns their events. Rows that differ only in hash version get none."""
        if not plan.changed:
            return {}
        plan.changed.sort(key=lambda pair: _identity(pair[1]))
        old = self.backend.contents([known.id for known, _ in plan.changed])
        updates, rehashed = [], []
        events: dict[tuple[str, str], Event] = {}
        for known, row in plan.changed:
            before = old.get(known.id)
            if before is None:
                raise Retry("an entity was removed while it was stored", row.fqn, "it is tried again", reason="busy")
            changes: Changes = {}
            if before.content != row.content:
                changes = diff(json.loads(before.content), json.loads(row.content))
            if known.state != "live":
                events[_identity(row)] = Event(row.type, row.fqn, "restored", _text(changes))
            elif changes:
                events[_identity(row)] = Event(row.type, row.fqn, "updated", _text(changes))
            elif known.hash_version != self.stamp.version and known.changed_run != self.stamp.run:
                rehashed.append({"id": known.id, "hash": row.hash, "version": self.stamp.version})
                plan.keep(row)
                continue
            plan.emit(row)
            updates.append((known.id, row, before))
        self.backend.update(updates, self.stamp)
        self.backend.execute("rehash", rehashed)
        return events


def backend(dialect: str, conn: Connection) -> Backend:
    """The statements of one dialect; PostgreSQL's are imported only where they are used."""
    if dialect == "postgresql":
        from workers.catalog.postgresql import PostgresqlBackend

        return PostgresqlBackend(conn)
    from workers.catalog.sqlite import SqliteBackend

    return SqliteBackend(conn)


def _identity(row: Row) -> tuple[str, str]:
    return row.type, row.fqn


def _text(changes: Changes) -> str | None:
    return json.dumps(changes, ensure_ascii=False) if changes else None


def _message(error: Exception) -> str:
    cause: Any = getattr(error, "orig", None) or error
    return f"the catalog cannot store it: {str(cause).splitlines()[0] if str(cause) else type(cause).__name__}"[:500]
