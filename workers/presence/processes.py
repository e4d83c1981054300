"""The table ``processes``: every long-running process writes its row, and anybody may look."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection

from specs.errors import Retry
from workers.process import liveness
from workers.process.governor.memory import rss
from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

EVERY = 5.0
"""Seconds between two beats, at least."""
FRESH = 30.0
"""Seconds of silence after which a process counts as gone."""
FORGOTTEN = 600.0
"""Seconds of silence after which the row of a process that was killed is removed by the next one that starts."""
MOST = 2000
"""Processes that are listed."""


class Process(NamedTuple):
    """One process. ``rss`` and ``budget`` in bytes, ``age`` and ``silent`` in seconds; ``info`` is what it told."""

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

    Call ``beat`` from the process's loop, as often as you like: it writes every five seconds. A beat that the database
    cannot take is left out, since the next one says the same: nobody waits for it.
    """

    def __init__(
        self, db: SqlDatabase, kind: str, queue: str | None = None, budget: int | None = None, *, name: str = "",
        every: float = EVERY, measure: Callable[[], int] = rss, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.name = name or liveness.name()
        self.budget = budget
        self._transactions, self._kind, self._queue = Transactions(db, "workers.presence"), kind, queue
        self._every, self._measure, self._clock = every, measure, clock
        self._due = float("-inf")
        self._swept = False

    def beat(self, **info: Any) -> bool:
        """Say that this process lives, with ``info`` that JSON can hold. Returns whether it was written now."""
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
                    sql.do("sweep", silent=FORGOTTEN)
                sql.do("beat", **row)
        except Retry:
            return False
        self._swept = True
        return True

    def leave(self) -> None:
        """This process ends: remove its row. Where the database is out of reach, the row is forgotten by itself."""
        self._due = float("inf")
        try:
            with self._transactions.write(durable=False) as sql:
                sql.do("leave", name=self.name)
        except Retry:
            return


def forget(conn: Connection, silent: float, *, now: float) -> int:
    """Remove the rows of processes that were not heard of for ``silent`` seconds; returns how many."""
    return Statements(conn, "workers.presence", now).do("sweep", silent=silent)


def live(
    db: SqlDatabase, kind: str | None = None, within: float = FRESH, *, now: float | None = None
) -> list[Process]:  # fmt: skip
    """The processes that were heard of in the last ``within`` seconds, by kind and name; the first ``MOST``."""
    with Transactions(db, "workers.presence").read(time.time() if now is None else now) as sql:
        rows = sql.all("live", within=within, most=MOST)
    return [
        Process(
            row.name, row.kind, row.queue, row.rss, row.budget, max(0.0, row.age), max(0.0, row.silent),
            json.loads(row.info),
        )
        for row in rows
        if kind is None or row.kind == kind
    ]  # fmt: skip
