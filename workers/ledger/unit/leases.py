"""Expired leases: which of them belong to dead workers.

A living worker may renew late without a fault of its own: a flusher that was frozen within a transaction keeps the
unit's row locked, a statement takes long, the clock jumps. So a lease is not taken away when it expires, but only when
the same lease was found expired at every check for longer than its holder needs for its next renewal. A row that is
locked is not found, and its time starts anew. The seconds between two checks are measured by the checking process; no
other process's clock is used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from workers.store.statements import Transactions

OVERDUE_SECONDS = 20.0
"""Seconds for which a lease of ordinary length is overdue before it is taken away."""
COUNTED_SECONDS = 5.0
"""Most seconds that are counted between two checks: a process that was held up itself must not take that pause for
silence of the workers."""
LOCK_WAIT_SECONDS = 0.1
"""Seconds of waiting for SQLite's write lock above which they are added to the ``now`` that leases are counted from."""
Lease = tuple[str, int, float]
"""``(unit, fence, expiry in epoch seconds)``; a renewed lease is another one."""


def grace(lease: float) -> float:
    """Seconds for which leases of this length may be overdue: a third of it, because they are renewed after a
    quarter."""
    return min(OVERDUE_SECONDS, lease / 3)


class Overdue:
    """How long one process has found leases overdue, counted from the first check of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked = clock()
        self._seen: dict[Lease, float] = {}

    def look(self, found: Iterable[Lease], grace: float) -> set[Lease]:
        """Count a check that found these leases overdue; returns those overdue for ``grace`` seconds, in two checks at
        least."""
        now = self._clock()
        step, self._looked = min(max(0.0, now - self._looked), COUNTED_SECONDS), now
        before = self._seen
        self._seen = {lease: before[lease] + step if lease in before else 0.0 for lease in found}
        return {lease for lease, seconds in self._seen.items() if lease in before and seconds >= grace}


def gone(transactions: Transactions, overdue: Overdue, grace: float, now: float) -> set[Lease]:
    """Check once; returns the leases to take away. On PostgreSQL locked rows are skipped; on SQLite the check waits for
    the write lock."""
    with transactions.once(now, writes=False) as sql:
        if sql.one("any_overdue") is None:
            return overdue.look((), grace)
    with transactions.once(now) as sql:
        return overdue.look([(row.id, row.fence, row.lease_until) for row in sql.all("overdue")], grace)
