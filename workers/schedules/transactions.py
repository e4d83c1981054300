"""Transactions that speak both to the ledger and to the tables of schedulers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from workers.store.database import SqlDatabase
from workers.store.retries import colliding
from workers.store.statements import Statements, Transactions

T = TypeVar("T")


class Both(NamedTuple):
    """The statements of the ledger and our own, on one connection."""

    ledger: Statements
    own: Statements


class ScheduleTransactions:
    def __init__(self, db: SqlDatabase) -> None:
        self._transactions = Transactions(db, "workers.schedules")

    def read(self, act: Callable[[Statements], T], *, now: float = 0.0) -> T:
        with self._transactions.read(now) as own:
            return act(own)

    def write(self, act: Callable[[Both], T], *, now: float) -> T:
        """Do ``act`` in one transaction, again when it collides with another one."""

        def transaction() -> T:
            with self._transactions.write(now) as own:
                return act(Both(Statements(own.conn, "workers.ledger", now), own))

        return colliding(transaction)
