"""A flusher that stops: the queue fills to its bound, producers wait, memory stays where it was, nothing is dropped."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.chaos.killing import children
from tests.chaos.proof import proof
from tests.chaos.waiting import wait, working
from tests.workers.cluster.rig import cluster, fake, undisturbed
from workers.joining import sink
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server, pytest.mark.xdist_group("chaos")]
BYTES = 1_000_000
BOUNDS = {"HEADRACE_QUEUE_BYTES": str(BYTES), "HEADRACE_SHARDS": "1", "HEADRACE_LEASE": "3"}
STOPPED = 6.0
"""Seconds for which nothing moves: two leases, through which the waiting units are kept."""
MB = 1 << 20


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def between(catalog: psycopg.Connection[Any]) -> bool:
    """No transaction of the catalog has begun that does not end."""
    begun = "SELECT pid, xact_start FROM pg_stat_activity WHERE datname = current_database() AND xact_start < now()"
    before = set(catalog.execute(begun).fetchall())
    time.sleep(0.3)
    return before.isdisjoint(catalog.execute(begun).fetchall())


def within(catalog: psycopg.Connection[Any]) -> bool:
    """Units that workers hold are locked, and stay so."""
    time.sleep(0.3)
    held = "SELECT id FROM units WHERE state = 'running' FOR UPDATE SKIP LOCKED"
    running = "SELECT count(*) FROM units WHERE state = 'running'"
    return len(catalog.execute(held).fetchall()) < catalog.execute(running).fetchall()[0][0]


def freeze(group: int, catalog: str, where: Callable[[psycopg.Connection[Any]], bool]) -> None:
    """SIGSTOP where it is wanted: between two transactions, or within one."""
    with psycopg.connect(catalog, autocommit=True) as connection:
        for _ in range(200):
            os.killpg(group, signal.SIGSTOP)
            if where(connection):
                return
            os.killpg(group, signal.SIGCONT)
            time.sleep(random.uniform(0.005, 0.05))
    raise AssertionError("the flusher is never frozen where it is wanted")


def test_the_queue_fills_and_everybody_waits(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    recipe = fake(schemas=10, tables=1200, columns=12, estimates=None)
    calm = undisturbed(recipe, tmp_path)
    sizes: list[int] = []
    grown: list[int] = []
    with (
        cluster(redis_url, postgres_database, tmp_path, **BOUNDS) as made,
        closing(sink(made.settings)) as queue,
    ):
        flusher = made.flusher()
        made.scheduler()
        worker = made.worker(2)

        def stop(ledger: SqlLedger) -> None:
            run = working(ledger, stored=200)
            freeze(flusher.pid, postgres_database, between)
            wait(lambda: queue.sizes()[0][1] > BYTES * 0.6)
            time.sleep(1.0)
            before = {pid: resident(pid) for pid in children(worker.pid)}
            held = ledger.holders(run)[0]
            end = time.monotonic() + STOPPED
            while time.monotonic() < end:
                sizes.append(queue.sizes()[0][1])
                time.sleep(0.1)
            grown.extend(resident(pid) - was for pid, was in before.items())
            assert held <= ledger.holders(run)[0], "their leases are renewed while they wait"
            os.killpg(flusher.pid, signal.SIGCONT)

        summary = made.crawl(recipe, stop)
        proof(made, summary, calm)
        with made.ledger() as ledger:
            assert ledger.meters(summary.run) == (0, 0, 0), "nobody lost its lease, nothing was refused"
    assert max(sizes) <= BYTES
    assert sizes[len(sizes) // 2] == sizes[-1], "producers wait"
    assert len(grown) == 2
    assert max(grown) < 10 * MB


def test_renewals_wait_for_rows_that_it_keeps_locked(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    """Within a transaction it keeps units locked whose workers live: their leases run out, and nobody takes them."""
    estate = {"schemas": 6, "tables": 1200, "columns": 6}
    calm = undisturbed(fake(**estate), tmp_path)
    overdue = "SELECT count(*) FROM units WHERE state = 'running' AND lease_until < extract(epoch from now())"
    with cluster(redis_url, postgres_database, tmp_path, **BOUNDS) as made:
        flusher = made.flusher()
        made.scheduler()
        made.worker(2)

        def stop(ledger: SqlLedger) -> None:
            working(ledger, stored=200)
            freeze(flusher.pid, postgres_database, within)
            time.sleep(STOPPED)
            with psycopg.connect(postgres_database, autocommit=True) as catalog:
                assert catalog.execute(overdue).fetchall()[0][0], "a renewal waits for longer than its lease"
            os.killpg(flusher.pid, signal.SIGCONT)

        summary = made.crawl(fake(**estate, latency=50, page=100), stop)
        proof(made, summary, calm)
        with made.ledger() as ledger:
            assert ledger.meters(summary.run) == (0, 0, 0), "nobody lost its lease, nothing was refused"
