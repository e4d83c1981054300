"""Moves runs on: expires leases, readies delayed units, closes what is finished."""

from __future__ import annotations

import time
from collections.abc import Callable

from specs.contracts.ledger import Ledger
from specs.contracts.work import Run
from workers.ledger import SqlLedger
from workers.ledger.unit.leases import GRACE
from workers.process import liveness
from workers.store.retries import patiently

EVERY = 1.0
"""Seconds between two looks for expired leases and delayed units."""


class Reconciler:
    """Heals one run. ``outstanding`` counts its unfinished units (the ledger's read side)."""

    def __init__(
        self, ledger: Ledger, run: str, outstanding: Callable[[str], int], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._ledger, self._run, self._outstanding, self._clock = ledger, run, outstanding, clock
        self._looked = float("-inf")

    def tick(self, *, moved: bool) -> tuple[Run | None, int]:
        """Look after the run; ``moved``: something was committed that may have finished it.

        Returns the run when it was looked at, and how many units went back to ready.
        """
        due = time.monotonic() - self._looked >= EVERY
        if not (moved or due):
            return None, 0
        returned = 0
        if due:
            self._looked = time.monotonic()
            returned = patiently(lambda: self._ledger.expire(now=self._clock()))
        if patiently(lambda: self._outstanding(self._run)):
            return patiently(lambda: self._ledger.run(self._run)) if due else None, returned
        return patiently(lambda: self._ledger.advance(self._run, now=self._clock())), returned


def inherit(
    ledger: SqlLedger, run: str, *, grace: float = GRACE, sleep: Callable[[float], None] = time.sleep
) -> set[str]:
    """Take over what others held of a run; returns those of them that are still alive.

    Dead processes of this machine are known; of others their leases tell, once they were overdue for long enough.
    """
    end = time.monotonic() + 2 * (grace + EVERY)
    while True:
        ledger.expire(now=time.time(), grace=grace)
        alive = adopt(ledger, run, now=time.time())
        if not alive & ledger.holders(run)[0] or ledger.leased(run) or time.monotonic() >= end:
            return alive
        sleep(EVERY)


def adopt(ledger: Ledger, run: str, *, gone: Callable[[str], bool] = liveness.gone, now: float) -> set[str]:
    """Give back what dead processes of this machine held of a run; returns the holders that are still alive."""
    workers, epochs = ledger.holders(run)
    for worker in workers:
        if gone(worker):
            ledger.abandon(worker, now=now, reason="the process died")
    for epoch in epochs:
        if gone(epoch):
            ledger.lost(epoch, now=now)
    return {holder for holder in workers | epochs if not gone(holder)}
