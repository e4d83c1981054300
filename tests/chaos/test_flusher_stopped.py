"""A flusher that stops: the queue fills to its bound, producers wait, memory stays where it was, nothing is dropped."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.chaos.killing import children
from tests.chaos.proof import proof
from tests.chaos.waiting import wait, working
from tests.workers.cluster.rig import cluster, fake, undisturbed
from workers.cluster.membership import sink
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server]
BYTES = 1_000_000
BOUNDS = {"HEADRACE_QUEUE_BYTES": str(BYTES), "HEADRACE_SHARDS": "1", "HEADRACE_LEASE": "3"}
STOPPED = 6.0
"""Seconds for which nothing moves: two leases, through which the waiting units are kept."""
MB = 1 << 20


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def between(group: int, catalog: str) -> None:
    """SIGSTOP between two transactions."""
    begun = "SELECT pid, xact_start FROM pg_stat_activity WHERE datname = current_database() AND xact_start < now()"
    with psycopg.connect(catalog, autocommit=True) as connection:
        for _ in range(100):
            os.killpg(group, signal.SIGSTOP)
            before = set(connection.execute(begun).fetchall())
            time.sleep(0.3)
            if before.isdisjoint(connection.execute(begun).fetchall()):
                return
            os.killpg(group, signal.SIGCONT)
            time.sleep(0.02)
    raise AssertionError("the flusher is always within a transaction")


def within(group: int, catalog: str) -> None:
    """SIGSTOP within a transaction that has locked units which workers hold.

    The counter of the feed is what a transaction writes last: as long as it is ours, the flusher gets no further.
    """
    with psycopg.connect(catalog) as ours, psycopg.connect(catalog, autocommit=True) as connection:
        for _ in range(20):
            ours.execute("SELECT next FROM feed FOR UPDATE")
            end = time.monotonic() + 3
            while not (found := locked(connection)) and time.monotonic() < end:
                time.sleep(0.05)
            os.killpg(group, signal.SIGSTOP)
            ours.rollback()
            if found and found & locked(connection):
                return
            os.killpg(group, signal.SIGCONT)
            time.sleep(0.2)
    raise AssertionError("the flusher never stores what a worker is still reading")


def locked(catalog: psycopg.Connection[Any]) -> set[str]:
    """Units that workers hold, and that somebody else has locked for longer than a renewal takes."""
    free = "SELECT id FROM units WHERE state = 'running' FOR UPDATE SKIP LOCKED"
    looks = []
    for _ in range(2):
        running = {id_ for (id_,) in catalog.execute("SELECT id FROM units WHERE state = 'running'").fetchall()}
        looks.append(running - {id_ for (id_,) in catalog.execute(free).fetchall()})
        time.sleep(0.15)
    return looks[0] & looks[1]


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
            between(flusher.pid, postgres_database)
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
            within(flusher.pid, postgres_database)
            time.sleep(STOPPED)
            with psycopg.connect(postgres_database, autocommit=True) as catalog:
                assert catalog.execute(overdue).fetchall()[0][0], "a renewal waits for longer than its lease"
            os.killpg(flusher.pid, signal.SIGCONT)

        summary = made.crawl(fake(**estate, latency=50, page=100), stop)
        proof(made, summary, calm)
        with made.ledger() as ledger:
            assert ledger.meters(summary.run) == (0, 0, 0), "nobody lost its lease, nothing was refused"
