"""Removal by people from a catalog: of old records, or of a whole service. Returns counts by kind of record."""

from __future__ import annotations

from scheduler.app.catalog import retention
from workers.store.database import open_database


def gc(catalog: str, *, days: float, keep_runs: int) -> dict[str, int]:
    """Drop change events, deleted objects and details of runs older than ``days``."""
    with open_database(catalog, create=False) as db:
        return retention.gc(db, days=days, keep_runs=keep_runs)


def forget(catalog: str, service: str) -> dict[str, int]:
    """Remove a service with its objects and runs. Raises ``UsageError`` for an unknown service."""
    with open_database(catalog, create=False) as db:
        return retention.forget(db, service)
