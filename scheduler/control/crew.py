"""Whether a cluster has every kind of process that a run needs, by the signs of life in the database."""

from __future__ import annotations

from collections.abc import Sequence

from workers.presence import live
from workers.schedules import SCHEDULER, leads
from workers.store.database import SqlDatabase

NEEDED = ("scheduler", "worker", "flusher")
_WITHOUT = {
    "scheduler": "schedules do not fire and runs are not closed",
    "worker": "nothing is read",
    "flusher": "nothing is stored",
}


def missing(db: SqlDatabase, kinds: Sequence[str] = NEEDED) -> list[str]:
    """One line for people per kind of process that has given no sign of life for half a minute
    (``presence.GONE_SECONDS``).

    Raises ``Retry`` while the database is unavailable.
    """
    alive = {process.kind for process in live(db)}
    if leads(db, SCHEDULER) is not None:
        alive.add("scheduler")
    return [
        f"no {kind} is alive, so {_WITHOUT[kind]} until one is; start it with: headrace {kind}"
        for kind in kinds
        if kind not in alive
    ]
