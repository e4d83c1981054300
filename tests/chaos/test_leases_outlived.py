"""Workers that are frozen for longer than their lease and thaw: what they send late changes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.chaos.killing import children
from tests.chaos.proof import proof
from tests.chaos.waiting import wait, working
from tests.workers.cluster.rig import cluster, fake, undisturbed
from workers.cluster.membership import sink
from workers.ledger import SqlLedger
from workers.ledger.unit.leases import grace

pytestmark = [pytest.mark.chaos, pytest.mark.server, pytest.mark.xdist_group("chaos")]
LEASE = 2.0


def stop(process: subprocess.Popen[bytes]) -> None:
    """Freeze a process and its children."""
    os.killpg(process.pid, signal.SIGSTOP)


def go(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGCONT)


def held(ledger: SqlLedger, run: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether processes of this worker hold units; looks for overdue leases as a scheduler does, more often."""
    ledger.expire(now=time.time(), grace=grace(LEASE))
    return any(int(name.split(":")[1]) in children(process.pid) for name in ledger.holders(run)[0])


def test_late_batches_are_fenced(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    """Batches of a frozen worker wait in the queue until its unit is somebody else's."""
    estate = {"schemas": 1, "tables": 4000, "columns": 6}
    calm = undisturbed(fake(**estate), tmp_path)
    with (
        cluster(redis_url, postgres_database, tmp_path, HEADRACE_LEASE=str(LEASE)) as made,
        closing(sink(made.settings)) as queue,
    ):
        flusher, first = made.flusher(), made.worker(1)

        def freeze(ledger: SqlLedger) -> None:
            run = working(ledger, stored=200)
            stop(flusher)
            wait(lambda: sum(entries for entries, _ in queue.sizes()) >= 2)
            stop(first)
            holders = ledger.holders(run)[0]
            assert holders
            made.worker(1)
            wait(lambda: ledger.holders(run)[0] and not ledger.holders(run)[0] & holders)
            go(flusher)
            wait(lambda: ledger.meters(run).fenced)
            go(first)

        summary = made.crawl(fake(**estate, latency=100, page=100), freeze)
        proof(made, summary, calm)
        with made.ledger() as ledger:
            assert ledger.meters(summary.run).fenced >= 2
            assert ledger.meters(summary.run).expired >= 1
        assert first.poll() is None, "it goes on working"


def test_frozen_again_and_again(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    estate = {"schemas": 12, "tables": 300, "columns": 4}
    calm = undisturbed(fake(**estate), tmp_path)
    with cluster(redis_url, postgres_database, tmp_path, HEADRACE_LEASE=str(LEASE)) as made:
        made.flusher()
        workers = [made.worker(1), made.worker(1)]

        def freeze(ledger: SqlLedger) -> None:
            for worker in (*workers, *workers):
                run = working(ledger)
                stop(worker)
                wait(lambda worker=worker, run=run: not held(ledger, run, worker))  # type: ignore[misc]
                go(worker)

        summary = made.crawl(fake(**estate, latency=100, page=20), freeze)
        proof(made, summary, calm)
        with made.ledger() as ledger:
            assert ledger.meters(summary.run).expired >= 1
        assert all(process.poll() is None for process in made.processes)
