"""One leader at a time, by a lease in the database that expires when its holder dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from specs.errors import Retry
from workers.process import liveness
from workers.schedules.transactions import LEASE_SECONDS, ScheduleTransactions
from workers.store.database import SqlDatabase

SCHEDULER = "scheduler"
"""The role of the scheduler that leads."""


class Leadership:
    """A role (``scheduler``, ``snapshots``) that one process holds at a time.

    For a moment two processes may both think that they hold it, so everything that a holder does must be safe to do
    twice. All methods raise ``Retry`` while the database is unavailable.
    """

    def __init__(
        self,
        db: SqlDatabase,
        role: str,
        *,
        name: str = "",
        lease: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.role, self.name = role, name or liveness.name()
        self._transactions, self._lease, self._clock = ScheduleTransactions(db), lease, clock
        self._renewed = float("-inf")
        self.held = False

    def hold(self) -> bool:
        """Get the lease, or renew it when a third of it has passed; returns whether this process holds it."""
        if self.held and time.monotonic() - self._renewed < self._lease / 3:
            return True
        begun = time.monotonic()
        values = {"role": self.role, "holder": self.name, "lease": float(self._lease)}
        if begun - self._renewed > self._lease:
            self.held = False
        if not self.held:
            self._bury()
        self.held = bool(self._transactions.write(lambda both: both.own.do("lead", **values), now=self._clock()))
        self._renewed = begun
        return self.held

    def _bury(self) -> None:
        """Free the lease at once when its holder is a dead process of this machine."""
        holder = _holder(self._transactions, self.role, self._clock())
        if holder is not None and liveness.gone(holder):
            self._transactions.write(lambda both: both.own.do("leave", role=self.role, holder=holder), now=0.0)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease in a thread during the block. While the database is unavailable the lease is kept as long as
        it lasts."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(self._lease / 3):
                try:
                    self.hold()
                except Retry:
                    continue

        thread = threading.Thread(target=renew, name=f"lease of {self.role}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def leave(self) -> None:
        """Give up the lease, so that another process gets it at once."""
        self.held = False
        self._transactions.write(lambda both: both.own.do("leave", role=self.role, holder=self.name), now=0.0)


def leads(db: SqlDatabase, role: str, *, now: float | None = None) -> str | None:
    """The name of the process that holds a role now; ``None`` when there is none, or it is a dead process of this
    machine. ``now`` is in epoch seconds. Raises ``Retry`` while the database is unavailable."""
    holder = _holder(ScheduleTransactions(db), role, time.time() if now is None else now)
    return None if holder is None or liveness.gone(holder) else holder


def _holder(transactions: ScheduleTransactions, role: str, now: float) -> str | None:
    row = transactions.read(lambda sql: sql.one("leader", role=role), now=now)
    return None if row is None else str(row.holder)
