"""What a scheduler looks for again and again: runs to close, to cancel, to publish; units that want hints."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from workers.presence import forget
from workers.schedules.transactions import ScheduleTransactions
from workers.store.database import SqlDatabase

MOST = 256
"""Hints wanted per queue, at most."""
SILENT = 3600.0
"""Seconds of silence after which a process is forgotten."""


class Ended(NamedTuple):
    """A closed run whose sinks were not all written; ``published`` is what became of them so far."""

    run: str
    service: str
    recipe: dict[str, Any]
    published: dict[str, Any]


class Chores:
    """Only runs of clusters: those of one command look after themselves."""

    def __init__(self, db: SqlDatabase, *, clock: Callable[[], float] = time.time) -> None:
        self._transactions, self._clock = ScheduleTransactions(db), clock

    def finished(self) -> list[str]:
        """Open runs whose units are all finished."""
        return [row.id for row in self._transactions.read(lambda desk: desk.all("finished_runs"))]

    def overdue(self) -> list[str]:
        """Open runs past their deadline."""
        rows = self._transactions.read(lambda desk: desk.all("overdue_runs"), now=self._clock())
        return [row.id for row in rows]

    def demand(self) -> dict[str, int]:
        """Per queue, how many hints should wait: one for each slot of a service with ready units, which soon become
        more while a run begins; one at least while a run is open: who takes it buries what was killed there.

        Large units count for both queues: small workers take them where no others live.
        """
        rows = self._transactions.read(lambda desk: desk.all("demand"))
        if not rows:
            return {}
        small = sum(row.slots for row in rows if row.small or row.large)
        large = sum(min(row.slots, row.large) for row in rows)
        return {"small": max(1, min(small, MOST)), "large": min(large, MOST)}

    def unpublished(self) -> list[Ended]:
        """Closed runs whose sinks were not written, the newest first."""
        rows = self._transactions.read(lambda desk: desk.all("unpublished_runs"))
        return [Ended(row.id, row.service, json.loads(row.recipe), json.loads(row.published or "{}")) for row in rows]

    def published(self, run: str) -> tuple[bool, dict[str, Any]]:
        """Whether all sinks of a run were written, and what became of them so far."""
        row = self._transactions.read(lambda desk: desk.one("published_of", run=run))
        if row is None:
            return False, {}
        return row.published_at is not None, json.loads(row.published or "{}")

    def publish(self, run: str, told: Mapping[str, Any], *, done: bool) -> bool:
        """Note what became of a run's sinks. ``False``: that was noted already."""
        values = {"run": run, "published": json.dumps(told), "done": int(done)}
        return bool(self._transactions.write(lambda both: both.ledger.do("set_published", **values), now=self._clock()))

    def sweep(self) -> int:
        """Forget processes that were not heard of for an hour."""
        now = self._clock()
        return self._transactions.write(lambda both: forget(both.own.conn, SILENT, now=now), now=now)
