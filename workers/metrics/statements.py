"""The statements of this package, asked within one reading transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from workers.store import named_sql
from workers.store.database import SqlDatabase

MOST = 2000
"""Rows of each kind, at most: what is told of a cluster stays bounded."""


class Ask:
    """``ask("runs")`` answers the rows of a statement of ``queries.sql``."""

    def __init__(self, conn: Any, dialect: str, now: float) -> None:
        self._conn, self._now = conn, now
        self._sql = named_sql.load("workers.metrics", dialect)

    def __call__(self, name: str, **values: Any) -> Sequence[Any]:
        given = {"most": MOST, "now": self._now, **values}
        found: Sequence[Any] = self._conn.exec_driver_sql(self._sql.driver(name), given).all()
        return found


@contextmanager
def asking(db: SqlDatabase, now: float | None = None) -> Iterator[Ask]:
    with db.read() as conn:
        yield Ask(conn, db.dialect, time.time() if now is None else now)


def units(ask: Ask, run: Any) -> tuple[dict[str, int], float]:
    """Units of an open run by state, and for how many seconds none was claimed although some were ready.

    Ready ones are what is left of the totals: there may be a million of them, so they are not counted.
    """
    totals = ask("totals", run=run.id)[0]
    states = ask("states", run=run.id)
    finished = int(totals.finished or 0)
    ready = max(0, int(totals.known or 0) - finished - sum(int(row.n) for row in states))
    found = {"ready": ready, **{row.state: int(row.n) for row in states}, "finished": finished}
    claimed = [row.claimed for row in states if row.claimed is not None]
    wait = max(0.0, min([run.age, *claimed])) if ready and not run.paused else 0.0
    return found, round(wait, 3)
