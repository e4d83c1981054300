"""Removes followers of sinks that are no longer fed, with their dead letters, and targets of lineage that is gone."""

from __future__ import annotations

from workers.store.database import SqlDatabase
from workers.store.statements import Transactions


def forget_unfed(db: SqlDatabase, before: float) -> None:
    """Remove followers that no recipe names any more, or whose service was removed, and that acknowledged nothing since
    ``before`` (epoch seconds); and the targets of lineage that was removed from the catalog."""
    transactions = Transactions(db, "workers.feed")
    with transactions.write() as sql:
        sql.do("drop_old_followers", before=before)
        sql.do("drop_orphaned_letters")
    transactions.paged(lambda sql: sql.do("drop_orphaned_targets"))
