"""Removes old events, deleted entities, and all rows of a run or a service, in pages."""

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

_PAGE = 1000
"""Most rows that one transaction removes; the same number is the limit in the statements."""


def forget_events(db: SqlDatabase, before: float) -> int:
    """Remove events that are older than ``before`` (epoch seconds), the oldest first; returns how many."""
    removed = 0
    while True:
        with Transactions(db, "workers.catalog").write() as sql:
            n = sql.do("delete_old_events", before=before)
        removed += n
        if n < _PAGE:
            return removed


def forget_deleted(db: SqlDatabase, before: float) -> int:
    """Remove entities that were deleted before ``before`` (epoch seconds), unless a sink has not got that change yet;
    returns how many."""
    removed = 0
    while True:
        with Transactions(db, "workers.catalog").write() as sql:
            ids = sql.column("old_deleted", before=before)
            _remove(sql, ids)
        removed += len(ids)
        if len(ids) < _PAGE:
            return removed


def forget_run(db: SqlDatabase, run: str) -> None:
    """Remove the catalog's rows of a run: the objects that it missed, and the numbers of its events."""
    for name in ("drop_absences", "drop_feed_runs"):
        with Transactions(db, "workers.catalog").write() as sql:
            sql.do(name, run=run)


def knows_service(db: SqlDatabase, service: str) -> bool:
    """Whether there are entities of a service, deleted ones included."""
    with Transactions(db, "workers.catalog").read() as sql:
        return sql.one("of_service", **_place(service)) is not None


def forget_service(db: SqlDatabase, service: str, now: float) -> int:
    """Remove the entities of a service, contents before containers, with an event for each; returns how many."""
    removed = 0
    while n := _forget_page(db, service, now):
        removed += n
    root = names.build(service)
    with Transactions(db, "workers.catalog").write() as sql:
        sql.do("drop_fingerprints", service=root, after=f"{root}.", end=f"{root}/")
    return removed


def _forget_page(db: SqlDatabase, service: str, now: float) -> int:
    with Transactions(db, "workers.catalog").write() as sql:
        rows = sql.all("of_service", **_place(service))
        _remove(sql, [row.id for row in rows])
        events = [Event(row.type, row.fqn, "deleted", None) for row in rows if row.state != "deleted"]
        append(backend(sql.conn), events, Stamp("", service, now, 0))
    return len(rows)


def _place(service: str) -> dict[str, str]:
    root = names.build(service)
    return {"service": service, "root": root, "end": f"{root}/"}


def _remove(sql: Statements, ids: list[int]) -> None:
    """Remove entities with content, words, statistics and what is derived from them."""
    if ids:
        derived.removed(sql.conn, ids)
    for name in ("unindex_ids", "remove_contents", "remove_stats", "remove_entities"):
        if ids and name in sql:
            sql.do(name, ids=json.dumps(ids))
