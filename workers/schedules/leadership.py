"""One leader at a time, by a lease in the database that runs out when its holder dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from specs.errors import Retry
from workers.process import liveness
from workers.schedules.transactions import ScheduleTransactions
from workers.store.database import SqlDatabase

SCHEDULER = "scheduler"
"""The role of the scheduler that leads."""
LEASE = 15.0
"""Seconds for which a role belongs to its holder, renewed after a third of them."""


class Leadership:
    """A role (``scheduler``, ``snapshots``) that one process holds at a time.

    Two that believe in it at once, for a moment, must do no harm: what they do is safe to do twice.
    """

    def __init__(
        self,
        db: SqlDatabase,
        role: str,
        *,
        name: str = "",
        lease: float = LEASE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.role, self.name = role, name or liveness.name()
        self._transactions, self._lease, self._clock = ScheduleTransactions(db), lease, clock
        self._renewed = float("-inf")
        self.held = False

    def hold(self) -> bool:
        """Take the lease or keep it; ``False``: another process holds it."""
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
        """What a dead process of this machine holds is free at once."""
        holder = _holder(self._transactions, self.role, self._clock())
        if holder is not None and liveness.gone(holder):
            self._transactions.write(lambda both: both.own.do("leave", role=self.role, holder=holder), now=0.0)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease beside a long piece of work. An outage of the database is bridged by what is left of it."""
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
        """Give the lease back, so that the next one need not wait for its end."""
        self.held = False
        self._transactions.write(lambda both: both.own.do("leave", role=self.role, holder=self.name), now=0.0)


def leads(db: SqlDatabase, role: str, *, now: float | None = None) -> str | None:
    """Who holds a role right now; ``None``: nobody, or a process of this machine that is dead."""
    holder = _holder(ScheduleTransactions(db), role, time.time() if now is None else now)
    return None if holder is None or liveness.gone(holder) else holder


def _holder(transactions: ScheduleTransactions, role: str, now: float) -> str | None:
    row = transactions.read(lambda desk: desk.one("leader", role=role), now=now)
    return None if row is None else str(row.holder)
