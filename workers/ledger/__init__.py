"""Runs, units, leases, receipts, outcomes: the truth about the work, on SQLite and PostgreSQL."""

from workers.ledger.store import SqlLedger

__all__ = ["SqlLedger"]
