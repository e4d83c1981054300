"""Removal of old records: every room that owns tables removes its own, in transactions of bounded size."""

from __future__ import annotations

import time

from scheduler.app.deadline import DAY_SECONDS
from specs.errors import UsageError
from workers.catalog import retention as catalog
from workers.feed import retention as feed
from workers.ledger import retention as ledger
from workers.store.database import SqlDatabase


def gc(db: SqlDatabase, *, days: float = 30.0, keep_runs: int = 20, now: float | None = None) -> dict[str, int]:
    """Remove events, deleted entities and records of runs that are older than ``days``.

    The latest ``keep_runs`` runs of each service stay whatever their age. Returns how many of each went. A reader of
    the feed that is further behind has to start afresh.
    """
    before = (time.time() if now is None else now) - days * DAY_SECONDS
    events = catalog.forget_events(db, before)
    feed.forget_unfed(db, before)  # first, because deleted entities are kept for followers that still need them
    entities = catalog.forget_deleted(db, before)
    runs = ledger.old_runs(db, before, keep_runs)
    for run in runs:
        _forget_run(db, run)
    return {"events": events, "entities": entities, "runs": len(runs)}


def forget(db: SqlDatabase, service: str, *, now: float | None = None) -> dict[str, int]:
    """Remove a service, its entities and its runs, with an event for each entity.

    Returns how many entities and runs were removed. Raises ``UsageError`` for an unknown service and for one that is
    being crawled.
    """
    at = time.time() if now is None else now
    runs = ledger.runs_of(db, service)
    if not runs and not catalog.knows_service(db, service):
        raise UsageError(
            f"there is no service {service!r} in the catalog", remedy="see: headrace tree", reason="unknown"
        )
    for run, state in runs.items():
        if state in ("running", "confirming"):
            raise UsageError(f"run {run} of the service is not finished", service, "end or resume it first")
    entities = catalog.forget_service(db, service, at)
    for run in runs:
        _forget_run(db, run)
    ledger.forget_service(db, service)
    return {"entities": entities, "runs": len(runs)}


def _forget_run(db: SqlDatabase, run: str) -> None:
    """Remove all records of a run. The ledger's come last, so that after an interruption the next command finds the run
    again."""
    catalog.forget_run(db, run)
    ledger.forget_run(db, run)
