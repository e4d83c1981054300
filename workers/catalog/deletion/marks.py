"""Loads the marks of a run from the ledger."""

from __future__ import annotations

from sqlalchemy import Connection

from workers.catalog.deletion.seen import Marks
from workers.store import named_sql


def load_marks(conn: Connection, queries: named_sql.Queries, run: str) -> tuple[Marks, Marks]:
    """What the run has sent, and what it has listed but not sent (filtered, failed, gone, spawned)."""
    sent, listed = Marks(), Marks()
    at = 0
    while page := conn.execute(queries["marks_page"], {"run": run, "after": at}).fetchall():
        for _, kind, blob in page:
            (sent if kind == 0 else listed).add(blob)
        at = page[-1][0]
    return sent, listed
