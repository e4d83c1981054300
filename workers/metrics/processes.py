"""Metrics of the processes of a cluster, from their rows in the database."""

from __future__ import annotations

from collections import Counter

from workers.metrics.counters import samples
from workers.metrics.text import MetricsPage
from workers.presence import Process, live
from workers.store.database import SqlDatabase

PROCESSES_TOLD = 500
"""Most processes with metrics of their own; of a larger cluster the first ones, and the number of all."""


def add(page: MetricsPage, db: SqlDatabase, *, host: str = "", now: float | None = None) -> None:
    """Add all live processes to ``page``, or those of one ``host``."""
    found = [each for each in live(db, now=now) if each.name.startswith(host)]
    for (kind, queue), n in sorted(Counter((each.kind, each.queue or "") for each in found).items()):
        page.add("headrace_processes", n, kind=kind, queue=queue)
    for each in found[:PROCESSES_TOLD]:
        _one(page, each)


def _one(page: MetricsPage, each: Process) -> None:
    labels = {"process": each.name.rpartition(":")[0], "kind": each.kind, "queue": each.queue or ""}
    page.add("headrace_process_resident_bytes", each.rss, **labels)
    page.add("headrace_process_budget_bytes", each.budget, **labels)
    page.add("headrace_process_uptime_seconds", round(each.age, 3), **labels)
    counters = each.info.get("counters")
    for name, value in samples(counters if isinstance(counters, dict) else {}):
        page.add(name, value, **labels)
