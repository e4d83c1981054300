"""Workers that are frozen for longer than their lease and thaw: what they send late changes nothing."""

from __future__ import annotations

import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from specs.contracts.work import Batch
from tests.chaos.freezing import go, stop
from tests.chaos.killing import children
from tests.chaos.proof import proof
from tests.chaos.waiting import wait, working
from tests.workers.cluster.rig import cluster, fake, undisturbed
from workers.cluster.flusher_process import Flushing
from workers.cluster.membership import sink
from workers.ledger import SqlLedger
from workers.ledger.unit.leases import grace
from workers.queues.redis.queue import RedisQueue

pytestmark = [pytest.mark.chaos, pytest.mark.server]
LEASE = 2.0


def held(ledger: SqlLedger, run: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether processes of this worker hold units; looks for overdue leases as a scheduler does, more often."""
    ledger.expire(now=time.time(), grace=grace(LEASE))
    return any(int(name.split(":")[1]) in children(process.pid) for name in ledger.holders(run)[0])


def frozen_with_a_unit(ledger: SqlLedger, worker: subprocess.Popen[bytes]) -> str:
    """The open run, once ``worker`` is frozen while it holds a unit of it."""

    def look() -> str | None:
        run = working(ledger)
        stop(worker)
        if held(ledger, run, worker):
            return run
        go(worker)
        return None

    found = wait(look)
    assert found is not None
    return found


def test_late_batches_are_fenced(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    """Batches of a frozen worker wait in the queue until its unit is somebody else's."""
    estate = {"schemas": 1, "tables": 4000, "columns": 6}
    calm = undisturbed(fake(**estate), tmp_path)
    with (
        cluster(redis_url, postgres_database, tmp_path, HEADRACE_LEASE=str(LEASE)) as made,
        closing(sink(made.settings)) as queue,
    ):
        first = made.worker(1)

        def freeze(ledger: SqlLedger) -> None:
            run, unit = schema_in_hand(ledger, queue)
            wait(lambda: len(sent(queue, unit)) >= 2)
            stop(first)
            holders = ledger.holders(run)[0]
            assert holders, "more batches are left than may wait in the queue"
            made.worker(1)
            wait(lambda: ledger.holders(run)[0] and not ledger.holders(run)[0] & holders)
            made.flusher()
            wait(lambda: ledger.meters(run).fenced >= 2)
            go(first)

        summary = made.crawl(fake(**estate, latency=100, page=100), freeze)
        proof(made, summary, calm)
        with made.ledger() as ledger:
            assert ledger.meters(summary.run).fenced >= 2
            assert ledger.meters(summary.run).expired >= 1
        assert first.poll() is None, "it goes on working"


def schema_in_hand(ledger: SqlLedger, queue: RedisQueue) -> tuple[str, str]:
    """The run and its one schema's unit, once a worker holds it; from then on nobody stores what it sends.

    The flusher is in this process: a frozen or killed one could be between storing batches and removing them from the
    queue, and what waits there would be stored already.
    """
    flushing = Flushing(ledger, queue)

    def look() -> tuple[str, str] | None:
        flushing.step()
        held = [
            (run.id, unit.id)
            for run in ledger.open_runs()
            for unit in ledger.units(run.id)
            if (unit.node, unit.state) == ("schema", "running")
        ]
        return held[0] if held else None

    found = wait(look)
    assert found is not None
    flushing.leave()
    return found


def sent(queue: RedisQueue, unit: str) -> list[Batch]:
    """The batches of a unit that wait in the queue."""
    return [batch for shard in range(queue.shards) for _, batch in queue.read(shard, limit=100) if batch.unit == unit]


def test_frozen_again_and_again(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    estate = {"schemas": 12, "tables": 300, "columns": 4}
    calm = undisturbed(fake(**estate), tmp_path)
    with cluster(redis_url, postgres_database, tmp_path, HEADRACE_LEASE=str(LEASE)) as made:
        made.flusher()
        workers = [made.worker(1), made.worker(1)]

        def freeze(ledger: SqlLedger) -> None:
            for worker in (*workers, *workers):
                run = frozen_with_a_unit(ledger, worker)
                wait(lambda worker=worker, run=run: not held(ledger, run, worker))  # type: ignore[misc]
                go(worker)

        summary = made.crawl(fake(**estate, latency=100, page=20), freeze)
        proof(made, summary, calm)
        with made.ledger() as ledger:
            assert ledger.meters(summary.run).expired >= 1
        assert all(process.poll() is None for process in made.processes)
