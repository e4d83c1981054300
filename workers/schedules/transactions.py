"""Transactions that speak both to the ledger and to the tables of schedulers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from workers.store import named_sql
from workers.store.database import SqlDatabase
from workers.store.retries import colliding
from workers.store.statements import Desks, Statements

T = TypeVar("T")


class Both(NamedTuple):
    """The statements of the ledger and our own, on one connection."""

    ledger: Statements
    own: Statements


class Transactions:
    def __init__(self, db: SqlDatabase) -> None:
        self._db, self._desks = db, Desks(db)
        self._sql = named_sql.load("workers.schedules", db.dialect)

    def read(self, act: Callable[[Statements], T], *, now: float = 0.0) -> T:
        with self._db.read() as conn:
            return act(Statements(conn, self._sql, now))

    def write(self, act: Callable[[Both], T], *, now: float) -> T:
        """Do ``act`` in one transaction, again when it collides with another one."""

        def transaction() -> T:
            with self._desks.write(now) as desk:
                return act(Both(desk, Statements(desk.conn, self._sql, now)))

        return colliding(transaction)
