"""Metrics of a whole cluster, from its ledger, its sink queue, and the rows of its processes."""

from __future__ import annotations

import time
from typing import Any, Protocol

from specs.errors import Fatal, Retry
from workers.metrics import processes
from workers.metrics.statements import Ask, asking, units
from workers.metrics.text import MetricsPage
from workers.store.database import SqlDatabase

_SUMS = {
    "entities": "headrace_entities_committed_total",
    "failures": "headrace_failures_total",
    "statements": "headrace_statements_total",
    "expired": "headrace_leases_expired_total",
    "fenced": "headrace_fenced_writes_total",
    "crashes": "headrace_crashes_total",
}


class Queue(Protocol):
    """The methods of the sink queue that metrics need. ``sizes`` returns ``(entries, bytes)`` per shard, ``ages`` the
    seconds that the first entry of each shard has waited, ``dead`` the number of damaged batches, ``limit`` the bytes
    at which a shard is full. All raise ``Retry`` or ``Fatal`` when Redis cannot be used; ``writable`` also when it
    takes no writes.
    """

    def sizes(self) -> list[tuple[int, int]]: ...
    def ages(self) -> list[float]: ...
    def dead(self) -> int: ...
    def writable(self) -> None: ...
    @property
    def limit(self) -> int: ...


def render(db: SqlDatabase, queue: Queue | None = None, *, now: float | None = None) -> str:
    """The metrics in Prometheus' text format. Takes a few milliseconds, however many units there are.

    Raises ``Retry`` and ``Fatal`` as ``SqlDatabase`` does; a queue that cannot be reached shows as
    ``headrace_queue_up`` 0. ``now`` is in epoch seconds.
    """
    begun = time.monotonic()
    page = MetricsPage()
    with asking(db, now) as ask:
        _ledger(ask, page)
    processes.add(page, db, now=now)
    if queue is not None:
        _queue(queue, page)
    page.add("headrace_scrape_seconds", round(time.monotonic() - begun, 6))
    return page.text()


def _ledger(ask: Ask, page: MetricsPage) -> None:
    for row in ask("runs"):
        page.add("headrace_runs", row.n, service=row.service, state=row.state)
        page.add("headrace_last_run_end_timestamp_seconds", row.ended, service=row.service, state=row.state)
    for row in ask("open_runs"):
        _open_run(ask, page, row)
    for row in ask("tallies"):
        for column, name in _SUMS.items():
            page.add(name, getattr(row, column), service=row.service)
    for row in ask("quarantined"):
        page.add("headrace_quarantined_objects", row.n, service=row.service)
    for row in ask("slots"):
        page.add("headrace_slots", row.n - row.taken, service=row.service, state="free")
        page.add("headrace_slots", row.taken, service=row.service, state="taken")
    for row in ask("services"):
        page.add("headrace_breaker_open", row.open, service=row.service)
        page.add("headrace_service_failing", row.failing, service=row.service)
    for row in ask("shards"):
        page.add("headrace_shard_held", row.held, shard=row.shard)
    for row in ask("followers"):
        page.add("headrace_sink_lag_events", max(0, row.behind), sink=row.sink)
        page.add("headrace_sink_lag_seconds", max(0.0, row.age or 0.0), sink=row.sink)
        page.add("headrace_sink_failing", row.failing, sink=row.sink)
        page.add("headrace_sink_state", 1, sink=row.sink, state=row.state)
    for row in ask("dead_letters"):
        page.add("headrace_dead_letters", row.n, sink=row.sink)
    for row in ask("schedules"):
        page.add("headrace_schedule_paused", row.paused, schedule=row.name)
        if row.outcome is not None:
            name = "headrace_schedule_last_fire_timestamp_seconds"
            page.add(name, row.fire_time, schedule=row.name, outcome=row.outcome)
    for row in ask("leaders"):
        page.add("headrace_leader_held", row.held, role=row.role)


def _open_run(ask: Ask, page: MetricsPage, run: Any) -> None:
    states, wait = units(ask, run)
    for state, n in states.items():
        page.add("headrace_units", n, service=run.service, state=state)
    page.add("headrace_ready_wait_seconds", wait, service=run.service)
    page.add("headrace_open_run_seconds", round(max(0.0, run.age), 3), service=run.service)
    page.add("headrace_open_run_paused", run.paused, service=run.service)


def _queue(queue: Queue, page: MetricsPage) -> None:
    try:
        sizes, ages, torn = queue.sizes(), queue.ages(), queue.dead()
    except (Retry, Fatal):
        page.add("headrace_queue_up", 0)
        return
    try:
        queue.writable()
    except (Retry, Fatal):
        page.add("headrace_queue_up", 0)
    else:
        page.add("headrace_queue_up", 1)
    page.add("headrace_queue_torn", torn)
    for shard, ((entries, size), age) in enumerate(zip(sizes, ages, strict=True)):
        page.add("headrace_queue_entries", entries, shard=shard)
        page.add("headrace_queue_bytes", size, shard=shard)
        page.add("headrace_queue_limit_bytes", queue.limit, shard=shard)
        page.add("headrace_queue_oldest_seconds", round(age, 3), shard=shard)
