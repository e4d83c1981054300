"""Transactions over both the ledger's tables and those of schedules, and for how long what they write is good.

The times stand here because every module of this room imports this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

T = TypeVar("T")
LEASE_SECONDS = 15.0
"""Seconds for which a role belongs to its holder; the lease is renewed after a third of them."""
SILENT_SECONDS = 3600.0
"""Seconds without a sign of life after which a process's row is removed."""
KEPT_SECONDS = 90 * 86400.0
"""Seconds for which settled fire times are kept."""


class Both(NamedTuple):
    """The named SQL of the ledger and of this room, on one connection and in one transaction."""

    ledger: Statements
    own: Statements


class ScheduleTransactions:
    """Runs functions in transactions. ``now``, in epoch seconds, is the clock of SQLite; PostgreSQL has its own. Raises
    ``Retry`` while the database is unavailable."""

    def __init__(self, db: SqlDatabase) -> None:
        self._transactions = Transactions(db, "workers.schedules")

    def read(self, act: Callable[[Statements], T], *, now: float = 0.0) -> T:
        """Returns what ``act`` returns, which only reads."""
        with self._transactions.read(now) as own:
            return act(own)

    def write(self, act: Callable[[Both], T], *, now: float) -> T:
        """Call ``act`` in one transaction, again when it collides with another one; returns what it returns."""
        return self._transactions.retried(lambda own: act(Both(Statements(own.conn, "workers.ledger", now), own)), now)
