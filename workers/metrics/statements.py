"""The SQL of this room, run within one reading transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from workers.store.database import SqlDatabase
from workers.store.statements import Transactions

ROWS_OF_EACH_KIND = 2000
"""Most rows of each statement, so that the page of a large cluster stays bounded."""


Ask = Callable[..., Sequence[Any]]
"""``ask("runs")`` returns the rows of a statement of ``queries.sql``."""


@contextmanager
def asking(db: SqlDatabase, now: float | None = None) -> Iterator[Ask]:
    with Transactions(db, "workers.metrics").read(time.time() if now is None else now) as sql:
        yield partial(sql.all, most=ROWS_OF_EACH_KIND)


def units(ask: Ask, run: Any) -> tuple[dict[str, int], float]:
    """``(units, wait)`` of an open run: the number of units by state, and for how many seconds none was claimed
    although some were ready.

    The number of ready units is computed from the totals, because counting a million rows takes long.
    """
    totals = ask("totals", run=run.id)[0]
    states = ask("states", run=run.id)
    finished = int(totals.finished or 0)
    ready = max(0, int(totals.known or 0) - finished - sum(int(row.n) for row in states))
    found = {"ready": ready, **{row.state: int(row.n) for row in states}, "finished": finished}
    claimed = [row.claimed for row in states if row.claimed is not None]
    wait = max(0.0, min([run.age, *claimed])) if ready and not run.paused else 0.0
    return found, round(wait, 3)
