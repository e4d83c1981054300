"""Renews the lease of the claimed unit, in a thread of its own, as long as the unit makes progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from specs.contracts.ledger import UnitLedger
from specs.contracts.work import Claim, Lost
from specs.errors import HeadraceError
from specs.sources.base import Source
from workers.process.stop_flag import StopFlag
from workers.unit.lease.errands import Errands
from workers.unit.times import CANCELLED_CALL_SECONDS, LEASE_SECONDS, RENEWAL_SECONDS, STALL_SECONDS, STOP_LOOK_SECONDS


class HeldUnit:
    """The claimed unit, shared by the walking thread and the thread that renews its lease.

    The walk calls ``alive`` whenever it advances. ``lost`` is true once the ledger refused a renewal.
    ``later(message)`` sends a message to the ledger for which the walk does not wait; ``limit`` are the seconds that
    one call to the source may take.
    """

    def __init__(self, claim: Claim, limit: float, later: Callable[[Callable[[], object]], None]) -> None:
        self.later = later
        self.unit, self.fence = claim.unit.id, claim.fence
        self.scope = claim.unit.start.scope.fqn
        self.limit = limit
        self.source: Source | None = None
        self.lost = False
        self.told = ""
        self.at = self.renewed = time.monotonic()
        self._sent = (-1, 1)
        self._cancelled = 0.0

    def alive(self) -> None:
        """Say that the unit makes progress."""
        self.at = time.monotonic()

    def tell(self, progress: str) -> None:
        """Set the line of progress that people see, and have the lease renewed at once, which stores it."""
        self.told, self.renewed = progress, 0.0

    def check(self) -> None:
        """Check that the unit is still ours. Raises ``Lost`` when another worker may have it."""
        if self.lost:
            raise Lost("the lease ran out")

    def waiting(self) -> None:
        """Say that the unit waits for room in the queue, which counts as progress. Raises ``Lost`` when the unit is no
        longer ours."""
        self.check()
        self.alive()

    def stalled(self) -> bool:
        """Whether there was no progress for longer than any call to the source may take; a new statement to the source
        counts as progress, and so does the beginning or end of a call of several statements."""
        source = self.source
        sent = (source.statements, source.awaited) if source is not None else self._sent
        if sent != self._sent:
            self._sent = sent
            self.alive()
        return time.monotonic() - self.at > self.allowed()

    def allowed(self) -> float:
        """The seconds that the present call to the source may take: ``limit`` for each of its statements."""
        source = self.source
        return self.limit * (source.awaited if source is not None else 1)

    def cancel(self) -> None:
        """Cancel the statement that runs at the source; at most once per reading."""
        source = self.source
        if source is not None and not self._cancelled:
            self._cancelled = time.monotonic()
            source.cancel()

    def hangs(self) -> bool:
        """Whether a call to the source goes on ``CANCELLED_CALL_SECONDS`` after it was cancelled; true once per
        ``CANCELLED_CALL_SECONDS``."""
        if self.source is None or not self._cancelled or time.monotonic() - self._cancelled < CANCELLED_CALL_SECONDS:
            return False
        self._cancelled = time.monotonic()
        return True

    @contextmanager
    def reading(self, source: Source) -> Iterator[None]:
        """During the block the unit reads from ``source``, whose statements may be cancelled."""
        self._cancelled = 0.0
        self.source = source
        self.alive()
        try:
            yield
        finally:
            self.source = None


class Heartbeat:
    """Renews the lease of one unit at a time, every ``every`` seconds, for ``lease`` seconds. ``limit`` are the most
    seconds of a call to a source; ``stuck`` is called with the scope when a call cannot be cancelled."""

    def __init__(
        self,
        ledger: UnitLedger,
        stop: StopFlag,
        *,
        limit: float = 60.0,
        every: float = RENEWAL_SECONDS,
        lease: float = LEASE_SECONDS,
        stuck: Callable[[str], None] | None = None,
    ) -> None:
        self._ledger, self._stop = ledger, stop
        self._limit, self._every, self._lease = limit + STALL_SECONDS, every, lease
        self._stuck = stuck
        self._held: HeldUnit | None = None
        self._errands = Errands()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="heartbeat", daemon=True)
        self._thread.start()

    @contextmanager
    def hold(self, claim: Claim) -> Iterator[HeldUnit]:
        """Renew the lease of a claim during the block."""
        held = HeldUnit(claim, self._limit, self._errands.add)
        self._held = held
        try:
            yield held
        finally:
            self._held = None

    def close(self) -> None:
        """End the threads, within ten seconds."""
        self._closed.set()
        self._thread.join(timeout=5)
        self._errands.close()

    def _loop(self) -> None:
        while not self._closed.wait(STOP_LOOK_SECONDS):
            held = self._held
            if held is None:
                continue
            if self._stop.is_set() or held.lost:
                held.cancel()
                if self._stuck is not None and self._stop.is_set() and held.hangs():
                    self._stuck(held.scope)
            elif time.monotonic() - held.renewed >= self._every:
                self._beat(held)

    def _beat(self, held: HeldUnit) -> None:
        if held.stalled():  # do not renew, and cancel the call that hangs, which then raises an error in the walk
            held.cancel()
            if self._stuck is not None and time.monotonic() - held.at > held.allowed() + self._lease:
                held.alive()
                self._stuck(held.scope)
            return
        try:
            kept = self._ledger.renew(held.unit, held.fence, lease=self._lease, progress=held.told, now=time.time())
        except (HeadraceError, MemoryError):
            # the database is busy, or there is no memory now: the next turn tries again before the lease expires
            return
        held.renewed = time.monotonic()
        held.lost = not kept
