"""Forgets sinks that nobody feeds any more, with what they refused."""

from __future__ import annotations

from workers.store.database import SqlDatabase
from workers.store.statements import Transactions


def forget_unfed(db: SqlDatabase, before: float) -> None:
    """Remove sinks that rest, or whose service is gone, and that acknowledged nothing since ``before``."""
    with Transactions(db, "workers.feed").write() as sql:
        sql.do("drop_old_followers", before=before)
        sql.do("drop_orphaned_letters")
