"""The scheduler's searches: runs to close, to cancel and to publish, and the number of hints that workers need."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from workers.schedules.transactions import SILENT_SECONDS, ScheduleTransactions
from workers.store.database import SqlDatabase

MOST_HINTS = 256
"""Most hints per queue."""


class Ended(NamedTuple):
    """A closed run whose sinks are not all written; ``published`` is the note of the attempts so far."""

    run: str
    service: str
    recipe: dict[str, Any]
    published: dict[str, Any]


class Chores:
    """Searches among the runs of clusters; a run of a single command is advanced by that command.

    All methods raise ``Retry`` while the database is unavailable.
    """

    def __init__(self, db: SqlDatabase, *, clock: Callable[[], float] = time.time) -> None:
        self._db, self._transactions, self._clock = db, ScheduleTransactions(db), clock

    def finished(self) -> list[str]:
        """The ids of open runs whose units are all finished, by their tallies."""
        return [row.id for row in self._transactions.read(lambda sql: sql.all("finished_runs"))]

    def overdue(self) -> list[str]:
        """The ids of open runs that are past their deadline."""
        rows = self._transactions.read(lambda sql: sql.all("overdue_runs"), now=self._clock())
        return [row.id for row in rows]

    def demand(self) -> dict[str, int]:
        """How many hints each queue should hold, by queue: one per slot of a service that has ready units, because the
        ready units of a new run soon become more. At least one while a run is open, because the worker that takes it
        also frees the units of dead processes on its machine.

        Large units count for both queues: workers of the small queue claim them when there are no others.
        """
        rows = self._transactions.read(lambda sql: sql.all("demand"))
        if not rows:
            return {}
        small = sum(row.slots for row in rows if row.small or row.large)
        large = sum(min(row.slots, row.large) for row in rows)
        return {"small": max(1, min(small, MOST_HINTS)), "large": min(large, MOST_HINTS)}

    def unpublished(self) -> list[Ended]:
        """The closed runs whose sinks are not all written, the newest first."""
        rows = self._transactions.read(lambda sql: sql.all("unpublished_runs"))
        return [Ended(row.id, row.service, json.loads(row.recipe), json.loads(row.published or "{}")) for row in rows]

    def published(self, run: str) -> tuple[bool, dict[str, Any]]:
        """``(done, note)`` of a run: whether all its sinks are written, and the note of the attempts so far."""
        row = self._transactions.read(lambda sql: sql.one("published_of", run=run))
        if row is None:
            return False, {}
        return row.published_at is not None, json.loads(row.published or "{}")

    def publish(self, run: str, told: Mapping[str, Any], *, done: bool) -> bool:
        """Store the note of an attempt to write a run's sinks, ``done`` when all are written; returns ``False`` when
        they were done already."""
        values = {"run": run, "published": json.dumps(told), "done": int(done)}
        return bool(self._transactions.write(lambda both: both.ledger.do("set_published", **values), now=self._clock()))

    def sweep(self) -> int:
        """Remove the rows of processes without a sign of life for ``SILENT_SECONDS``; returns how many."""
        from workers.presence import forget  # brings metrics along, which no crawl needs

        return forget(self._db, SILENT_SECONDS, now=self._clock())
