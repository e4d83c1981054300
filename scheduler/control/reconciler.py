"""Advances one run of an embedded crawl: expires leases, readies delayed units, closes the run when it is finished."""

from __future__ import annotations

import time
from collections.abc import Callable

from scheduler.control.times import RECONCILE_SECONDS
from specs.contracts.ledger import Ledger
from specs.contracts.work import Run
from workers.ledger import SqlLedger
from workers.ledger.unit.leases import OVERDUE_SECONDS
from workers.process import liveness
from workers.store.retries import patiently


class Reconciler:
    """Advances one run. ``outstanding`` returns the number of unfinished units of a run."""

    def __init__(
        self, ledger: Ledger, run: str, outstanding: Callable[[str], int], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._ledger, self._run, self._outstanding, self._clock = ledger, run, outstanding, clock
        self._looked = float("-inf")

    def tick(self, *, moved: bool) -> tuple[Run | None, int]:
        """Advance the run if that is due. ``moved``: a batch was committed that may have finished a unit or the run.

        Returns ``(run, units)``: the run if it was read from the ledger, else ``None``, and how many units went back to
        ready. Raises ``Fatal`` when the database stays unavailable (see ``patiently``).
        """
        due = time.monotonic() - self._looked >= RECONCILE_SECONDS
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
    ledger: SqlLedger, run: str, *, grace: float = OVERDUE_SECONDS, sleep: Callable[[float], None] = time.sleep
) -> set[str]:
    """Free the units that other processes hold of a run; returns the names of holders that may still be alive.

    A dead process of this machine is recognised at once, one of another machine when its lease has been overdue for
    ``grace`` seconds. Waits for that at most twice ``grace`` plus twice ``RECONCILE_SECONDS``.
    """
    end = time.monotonic() + 2 * (grace + RECONCILE_SECONDS)
    while True:
        ledger.expire(now=time.time(), grace=grace)
        alive = adopt(ledger, run, now=time.time())
        if not alive & ledger.holders(run)[0] or ledger.leased(run) or time.monotonic() >= end:
            return alive
        sleep(RECONCILE_SECONDS)


def adopt(ledger: Ledger, run: str, *, gone: Callable[[str], bool] = liveness.gone, now: float) -> set[str]:
    """Free the units that dead processes of this machine hold of a run; returns the names of the other holders.

    ``gone(name)`` says whether the process of a name is certainly dead; ``now`` is in epoch seconds.
    """
    workers, epochs = ledger.holders(run)
    for worker in workers:
        if gone(worker):
            ledger.abandon(worker, now=now, reason="the process died")
    for epoch in epochs:
        if gone(epoch):
            ledger.lost(epoch, now=now)
    return {holder for holder in workers | epochs if not gone(holder)}
