"""Removes old runs, and all rows of a run or a service."""

from __future__ import annotations

from functools import partial

from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

_OF_RUN = ("counts", "filtered", "outcomes", "coverage", "marks", "suspects", "tallies", "poison", "units", "run")
"""Tables with rows of a run; its units, by which those of ``poison`` are found, and the run itself come last, so that
after an interruption they are found again."""


def old_runs(db: SqlDatabase, before: float, keep: int) -> list[str]:
    """The ids of closed runs that began before ``before`` (epoch seconds), without the latest ``keep`` of each
    service."""
    with Transactions(db, "workers.ledger").read() as sql:
        return sql.column("runs_to_drop", before=before, keep=keep)


def runs_of(db: SqlDatabase, service: str) -> dict[str, str]:
    """The state of every run of a service."""
    with Transactions(db, "workers.ledger").read() as sql:
        return {row.id: row.state for row in sql.all("runs_of_service", service=service)}


def forget_run(db: SqlDatabase, run: str) -> None:
    """Remove a closed run, table by table in transactions of bounded size, and the run itself last."""
    transactions = Transactions(db, "workers.ledger")
    for table in _OF_RUN:
        transactions.paged(partial(_drop, table, run))


def _drop(table: str, run: str, sql: Statements) -> int:
    return sql.do(f"drop_{table}", run=run)


def forget_service(db: SqlDatabase, service: str) -> None:
    """Remove a service without runs."""
    with Transactions(db, "workers.ledger").write() as sql:
        for name in ("drop_slots", "drop_service"):
            sql.do(name, service=service)
