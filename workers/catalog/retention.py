"""Removes old events, deleted entities, and all rows of a run or a service, a page in each transaction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from specs import names
from workers.catalog import derived
from workers.catalog.upsert.backend import Event, Stamp
from workers.catalog.upsert.feed import append
from workers.catalog.upsert.writer import backend
from workers.store.statements import Statements, Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase


def forget_events(db: SqlDatabase, before: float) -> int:
    """Remove events that are older than ``before`` (epoch seconds), the oldest first; returns how many."""
    return Transactions(db, "workers.catalog").paged(lambda sql: sql.do("delete_old_events", before=before))


def forget_deleted(db: SqlDatabase, before: float) -> int:
    """Remove entities that were deleted before ``before`` (epoch seconds), unless a sink has not got that change yet;
    returns how many."""
    return Transactions(db, "workers.catalog").paged(lambda sql: _remove(sql, sql.column("old_deleted", before=before)))


def forget_run(db: SqlDatabase, run: str) -> None:
    """Remove the catalog's rows of a run: the objects that it missed, and the numbers of its events."""
    transactions = Transactions(db, "workers.catalog")
    transactions.paged(lambda sql: sql.do("drop_absences", run=run))
    transactions.paged(lambda sql: sql.do("drop_feed_run", run=run))


def knows_service(db: SqlDatabase, service: str) -> bool:
    """Whether there are entities of a service, deleted ones included."""
    with Transactions(db, "workers.catalog").read() as sql:
        return sql.one("of_service", **_place(service)) is not None


def forget_service(db: SqlDatabase, service: str, now: float) -> int:
    """Remove the entities of a service, contents before containers, with an event for each; returns how many."""
    transactions, root = Transactions(db, "workers.catalog"), names.build(service)
    removed = transactions.paged(lambda sql: _forget_page(sql, service), now)
    transactions.retried(lambda sql: sql.do("drop_fingerprints", service=root, after=f"{root}.", end=f"{root}/"))
    return removed


def _forget_page(sql: Statements, service: str) -> int:
    rows = sql.all("of_service", **_place(service))
    removed = _remove(sql, [row.id for row in rows])
    events = [Event(row.type, row.fqn, "deleted", None) for row in rows if row.state != "deleted"]
    append(backend(sql.conn), events, Stamp("", service, sql.now, 0))
    return removed


def _place(service: str) -> dict[str, str]:
    root = names.build(service)
    return {"service": service, "root": root, "end": f"{root}/"}


def _remove(sql: Statements, ids: list[int]) -> int:
    """Remove entities with content, words, statistics and what is derived from them; returns how many."""
    if ids:
        derived.removed(sql.conn, ids)
    for name in ("unindex_ids", "remove_contents", "remove_stats", "remove_entities"):
        if ids and name in sql:
            sql.do(name, ids=json.dumps(ids))
    return len(ids)
