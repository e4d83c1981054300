"""The statements of this package, asked within one reading transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from workers.store.database import SqlDatabase
from workers.store.statements import Transactions

MOST = 2000
"""Rows of each kind, at most: what is told of a cluster stays bounded."""


Ask = Callable[..., Sequence[Any]]
"""``ask("runs")`` answers the rows of a statement of ``queries.sql``."""


@contextmanager
def asking(db: SqlDatabase, now: float | None = None) -> Iterator[Ask]:
    with Transactions(db, "workers.metrics").read(time.time() if now is None else now) as sql:
        yield partial(sql.all, most=MOST)


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
