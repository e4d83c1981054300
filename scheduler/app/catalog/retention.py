"""Lets go of what nobody needs any more, in transactions of bounded size."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from specs import names
from specs.errors import UsageError
from workers.catalog.upsert.backend import Event, Stamp
from workers.catalog.upsert.feed import append
from workers.catalog.upsert.writer import backend
from workers.store import named_sql

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase

DAY = 86400.0
_OF_RUN = ("absences", "feed_runs", "counts", "filtered", "outcomes", "coverage", "marks", "suspects", "tallies")
"""Tables with rows of a run; ``units`` and ``runs`` come last, so that an interrupted drop is found again."""
_PAGE = 1000


def gc(db: SqlDatabase, *, days: float = 30.0, keep_runs: int = 20, now: float | None = None) -> dict[str, int]:
    """Remove events, deleted entities and records of runs that are older than ``days``.

    The latest ``keep_runs`` runs of each service stay whatever their age. Returns how many of each went. A reader of
    the feed that is further behind has to start afresh.
    """
    queries = named_sql.load("workers.catalog.retention", db.dialect)
    before = (time.time() if now is None else now) - days * DAY
    removed = {"events": 0, "entities": 0, "runs": 0}
    while True:
        with db.write() as conn:
            n = conn.execute(queries["delete_old_events"], {"before": before}).rowcount
        removed["events"] += n
        if n < _PAGE:
            break
    with db.write() as conn:  # sinks that nobody feeds any more
        conn.execute(queries["drop_old_followers"], {"before": before})
        conn.execute(queries["drop_orphaned_letters"])
    while True:
        with db.write() as conn:
            ids = list(conn.execute(queries["old_deleted"], {"before": before}).scalars())
            _remove(db, conn, ids)
        removed["entities"] += len(ids)
        if len(ids) < _PAGE:
            break
    with db.read() as conn:
        runs = list(conn.execute(queries["runs_to_drop"], {"before": before, "keep": keep_runs}).scalars())
    for run in runs:
        _drop_run(db, queries, run)
    removed["runs"] = len(runs)
    return removed


def forget(db: SqlDatabase, service: str, *, now: float | None = None) -> dict[str, int]:
    """Remove a service, its entities and its runs; the feed tells that the entities are gone.

    Returns how many entities and runs went. Raises ``UsageError`` for an unknown service and one that is being crawled.
    """
    queries = named_sql.load("workers.catalog.retention", db.dialect)
    at = time.time() if now is None else now
    with db.read() as conn:
        runs = conn.execute(queries["runs_of_service"], {"service": service}).fetchall()
        known = conn.execute(queries["of_service"], _place(service)).first() is not None
    if not runs and not known:
        raise UsageError(
            f"there is no service {service!r} in the catalog", remedy="see: headrace tree", reason="unknown"
        )
    for run, state in runs:
        if state in ("running", "confirming"):
            raise UsageError(f"run {run} of the service is not finished", service, "end or resume it first")
    removed = {"entities": 0, "runs": len(runs)}
    while n := _forget_page(db, queries, service, at):
        removed["entities"] += n
    for run, _ in runs:
        _drop_run(db, queries, run)
    root = names.build(service)
    with db.write() as conn:
        conn.execute(queries["drop_fingerprints"], {"service": root, "after": f"{root}.", "end": f"{root}/"})
        for name in ("drop_slots", "drop_service"):
            conn.execute(queries[name], {"service": service})
    return removed


def _forget_page(db: SqlDatabase, queries: named_sql.Queries, service: str, at: float) -> int:
    with db.write() as conn:
        rows = conn.execute(queries["of_service"], _place(service)).fetchall()
        _remove(db, conn, [row[0] for row in rows])
        events = [Event(row[1], row[2], "deleted", None) for row in rows if row[3] != "deleted"]
        append(backend(db.dialect, conn), conn, events, Stamp("", service, at, 0))
    return len(rows)


def _place(service: str) -> dict[str, str]:
    root = names.build(service)
    return {"service": service, "root": root, "end": f"{root}/"}


def _remove(db: SqlDatabase, conn: Connection, ids: list[int]) -> None:
    """Remove entities with content, words and statistics."""
    queries = named_sql.load("workers.catalog", db.dialect)
    for name in ("unindex_ids", "remove_contents", "remove_stats", "remove_entities"):
        if ids and name in queries.names:
            conn.execute(queries[name], {"ids": json.dumps(ids)})


def _drop_run(db: SqlDatabase, queries: named_sql.Queries, run: str) -> None:
    """Remove a run's records, table by table."""
    for table in _OF_RUN:
        with db.write() as conn:
            conn.execute(queries[f"drop_{table}"], {"run": run})
    with db.write() as conn:
        for name in ("drop_poison", "drop_units", "drop_run"):
            conn.execute(queries[name], {"run": run})
