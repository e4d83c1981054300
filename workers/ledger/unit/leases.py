"""Leases that ran out: which of them are those of dead workers.

The renewal of a living worker can be late without any fault of its own: a flusher that was frozen within a transaction
keeps the unit's row locked, a statement takes long, the clock jumps. So a lease is not taken away when it has run out,
but when it stayed so, the same lease, at every look for longer than its holder needs for its next renewal. A row that
somebody has locked is not seen, and is counted anew. The seconds between looks are the looker's own: no clock of
another process is believed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from workers.store.statements import Transactions

GRACE = 20.0
"""Seconds for which a lease of ordinary length stays overdue before it is taken away."""
STEP = 5.0
"""Seconds that are counted between two looks, at most: a process that was held up itself takes nothing away."""
Lease = tuple[str, int, float]
"""The unit, the fence, and until when: a renewal makes another lease of it."""


def grace(lease: float) -> float:
    """Seconds for which leases of this length may be overdue: more than a quarter, after which they are renewed."""
    return min(GRACE, lease / 3)


class Overdue:
    """What one process saw at its looks. Whoever looks rarely, or takes over from another, counts from its first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked = clock()
        self._seen: dict[Lease, float] = {}

    def look(self, found: Iterable[Lease], grace: float) -> set[Lease]:
        """Those of the leases ``found`` overdue that have been so for ``grace`` seconds, at two looks at least."""
        now = self._clock()
        step, self._looked = min(max(0.0, now - self._looked), STEP), now
        before = self._seen
        self._seen = {lease: before[lease] + step if lease in before else 0.0 for lease in found}
        return {lease for lease, seconds in self._seen.items() if lease in before and seconds >= grace}


def gone(transactions: Transactions, overdue: Overdue, grace: float, now: float) -> set[Lease]:
    """Look once. On PostgreSQL a row that is locked is passed over; on SQLite whoever has the lock is waited for."""
    with transactions.once(now, writes=False) as desk:
        if desk.one("any_overdue") is None:
            return overdue.look((), grace)
    with transactions.once(now) as desk:
        return overdue.look([(row.id, row.fence, row.lease_until) for row in desk.all("overdue")], grace)
