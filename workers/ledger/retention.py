"""Removes old runs, and all rows of a run or a service."""

from __future__ import annotations

from workers.store.database import SqlDatabase
from workers.store.statements import Transactions

_OF_RUN = ("counts", "filtered", "outcomes", "coverage", "marks", "suspects", "tallies")
"""Tables with rows of a run; its units and the run itself come last, so that an interrupted one is found again."""


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
    """Remove a closed run, table by table, and the run itself last."""
    for table in _OF_RUN:
        with Transactions(db, "workers.ledger").write() as sql:
            sql.do(f"drop_{table}", run=run)
    with Transactions(db, "workers.ledger").write() as sql:
        for name in ("drop_poison", "drop_units", "drop_run"):
            sql.do(name, run=run)


def forget_service(db: SqlDatabase, service: str) -> None:
    """Remove a service without runs."""
    with Transactions(db, "workers.ledger").write() as sql:
        for name in ("drop_slots", "drop_service"):
            sql.do(name, service=service)
