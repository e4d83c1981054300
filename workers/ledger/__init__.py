"""Runs, units, leases, receipts, outcomes: the truth about the work, on SQLite and PostgreSQL.
It owns the tables of services, runs and units, and all that commits write about them.
Crawls, flushers and schedulers call it through ``SqlLedger``; ``workers.schedules`` opens runs in its own transaction.
"""

from workers.ledger.store import SqlLedger

__all__ = ["SqlLedger"]
