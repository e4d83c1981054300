"""The table ``processes``: every long-running process keeps its own row up to date; commands and processes read
them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from specs.errors import Retry
from workers.process import liveness
from workers.process.governor.memory import rss
from workers.store.database import SqlDatabase
from workers.store.statements import Transactions

WRITE_SECONDS = 5.0
"""Least seconds between two writes of a row."""
GONE_SECONDS = 30.0
"""Seconds without a write after which a process counts as gone."""
FORGOTTEN_SECONDS = 600.0
"""Seconds without a write after which the next process that starts removes the row: its process was killed."""
MOST_PROCESSES = 2000
"""Most processes that are listed."""


class Process(NamedTuple):
    """One process. ``rss`` and ``budget`` are in bytes, ``age`` and ``silent`` in seconds; ``info`` is what the process
    gave to ``Presence.beat``."""

    name: str
    kind: str
    queue: str | None
    rss: int
    budget: int | None
    age: float
    silent: float
    info: dict[str, Any]


class Presence:
    """The row of this process; ``kind`` is scheduler, worker, child, flusher or publisher.

    Call ``beat`` in every turn of the process's loop: it writes only every ``every`` seconds. While the database is
    unavailable ``beat`` writes nothing and does not wait, because the next call writes the same.
    """

    def __init__(
        self, db: SqlDatabase, kind: str, queue: str | None = None, budget: int | None = None, *, name: str = "",
        every: float = WRITE_SECONDS, measure: Callable[[], int] = rss, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.name = name or liveness.name()
        self.budget = budget
        self._transactions, self._kind, self._queue = Transactions(db, "workers.presence"), kind, queue
        self._every, self._measure, self._clock = every, measure, clock
        self._due = float("-inf")
        self._swept = False

    def beat(self, **info: Any) -> bool:
        """Write the row with the time and ``info`` (JSON values), if that is due; returns whether it was written."""
        if time.monotonic() < self._due:
            return False
        self._due = time.monotonic() + self._every
        now = self._clock()
        row = {
            "name": self.name, "kind": self._kind, "queue": self._queue, "rss": self._measure(),
            "budget": self.budget, "info": json.dumps(info),
        }  # fmt: skip
        try:
            with self._transactions.write(now, durable=False) as sql:
                if not self._swept:
                    sql.do("sweep", silent=FORGOTTEN_SECONDS)
                sql.do("beat", **row)
        except Retry:
            return False
        self._swept = True
        return True

    def leave(self) -> None:
        """Remove the row, because this process ends. While the database is unavailable the row stays, and another
        process removes it later."""
        self._due = float("inf")
        try:
            with self._transactions.write(durable=False) as sql:
                sql.do("leave", name=self.name)
        except Retry:
            return


def forget(db: SqlDatabase, silent: float, *, now: float) -> int:
    """Remove the rows that were not written for ``silent`` seconds; returns how many. Raises ``Retry`` while the
    database is unavailable."""
    return Transactions(db, "workers.presence").retried(lambda sql: sql.do("sweep", silent=silent), now)


def live(
    db: SqlDatabase, kind: str | None = None, within: float = GONE_SECONDS, *, now: float | None = None
) -> list[Process]:  # fmt: skip
    """The first ``MOST_PROCESSES`` processes whose rows were written in the last ``within`` seconds, ordered by kind
    and name.

    Raises ``Retry`` while the database is unavailable.
    """
    with Transactions(db, "workers.presence").read(time.time() if now is None else now) as sql:
        rows = sql.all("live", within=within, most=MOST_PROCESSES)
    return [
        Process(
            row.name, row.kind, row.queue, row.rss, row.budget, max(0.0, row.age), max(0.0, row.silent),
            json.loads(row.info),
        )
        for row in rows
        if kind is None or row.kind == kind
    ]  # fmt: skip
