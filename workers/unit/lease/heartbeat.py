"""Renews the lease of the unit in hand, from a thread of its own, as long as the unit is alive."""

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

EVERY = 15.0
"""Seconds between two renewals."""
LEASE = 60.0
STALL = 30.0
"""Seconds beyond its own deadline that a call to the source may take before the unit counts as stalled."""
LOOK = 0.1
"""Seconds between two looks at the stop flag."""
GRACE = 1.0
"""Seconds that a cancelled call to the source may take to end once the process is to stop."""


class HeldUnit:
    """The unit in hand. ``alive`` is called by whoever sees it advance; ``lost`` once a renewal was refused;
    ``later`` has something told to the ledger that the unit need not wait for."""

    def __init__(self, claim: Claim, limit: float, later: Callable[[Callable[[], object]], None]) -> None:
        self.later = later
        self.unit, self.fence = claim.unit.id, claim.fence
        self.scope = claim.unit.start.scope.fqn
        self.limit = limit
        self.source: Source | None = None
        self.lost = False
        self.told = ""
        self.at = self.renewed = time.monotonic()
        self._statements = -1
        self._cancelled = 0.0

    def alive(self) -> None:
        self.at = time.monotonic()

    def tell(self, progress: str) -> None:
        """Say to people how the unit fares; the ledger hears it at once."""
        self.told, self.renewed = progress, 0.0

    def check(self) -> None:
        """Raises ``Lost`` when the lease went to somebody else."""
        if self.lost:
            raise Lost("the lease ran out")

    def waiting(self) -> None:
        """The unit waits for queue space: alive, unless it was lost meanwhile."""
        self.check()
        self.alive()

    def stalled(self) -> bool:
        """Nothing moved for longer than any call may take; a statement sent counts as a move."""
        source = self.source
        if source is not None and source.statements != self._statements:
            self._statements = source.statements
            self.alive()
        return time.monotonic() - self.at > self.limit * (source.awaited if source is not None else 1)

    def cancel(self) -> None:
        """Cancel what runs at the source, once per source."""
        source = self.source
        if source is not None and not self._cancelled:
            self._cancelled = time.monotonic()
            source.cancel()

    def hangs(self) -> bool:
        """A call to the source does not heed that it was cancelled; said once per ``GRACE``."""
        if self.source is None or not self._cancelled or time.monotonic() - self._cancelled < GRACE:
            return False
        self._cancelled = time.monotonic()
        return True

    @contextmanager
    def reading(self, source: Source) -> Iterator[None]:
        """The unit reads from ``source`` now, which may be cancelled."""
        self._cancelled = 0.0
        self.source = source
        self.alive()
        try:
            yield
        finally:
            self.source = None


class Heartbeat:
    """One thread per process. ``every`` and ``lease`` are in seconds; ``limit`` is the longest call to a source."""

    def __init__(
        self,
        ledger: UnitLedger,
        stop: StopFlag,
        *,
        limit: float = 60.0,
        every: float = EVERY,
        lease: float = LEASE,
        stuck: Callable[[str], None] | None = None,
    ) -> None:
        self._ledger, self._stop = ledger, stop
        self._limit, self._every, self._lease = limit + STALL, every, lease
        self._stuck = stuck
        self._held: HeldUnit | None = None
        self._errands = Errands()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="heartbeat", daemon=True)
        self._thread.start()

    @contextmanager
    def hold(self, claim: Claim) -> Iterator[HeldUnit]:
        held = HeldUnit(claim, self._limit, self._errands.add)
        self._held = held
        try:
            yield held
        finally:
            self._held = None

    def close(self) -> None:
        self._closed.set()
        self._thread.join(timeout=5)
        self._errands.close()

    def _loop(self) -> None:
        while not self._closed.wait(LOOK):
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
        if held.stalled():  # no renewal any more; a hanging call is broken off, which makes an outcome or a retry
            held.cancel()
            if self._stuck is not None and time.monotonic() - held.at > held.limit + self._lease:
                held.alive()
                self._stuck(held.scope)
            return
        try:
            kept = self._ledger.renew(held.unit, held.fence, lease=self._lease, progress=held.told, now=time.time())
        except (HeadraceError, MemoryError):
            # a busy catalog, or no memory right now: asked again at the next look, the lease has time for several
            return
        held.renewed = time.monotonic()
        held.lost = not kept
