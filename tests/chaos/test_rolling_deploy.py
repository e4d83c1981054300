"""SIGTERM to one worker after the other under load: each gives its units back and leaves; no attempt is burned."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.chaos.proof import proof
from tests.chaos.waiting import wait, working
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import PATIENCE, cluster, fake, undisturbed
from workers.cluster.pool.pool_worker import EXIT_CODE_LATE
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server]


def test_every_worker_is_replaced(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    """One in each crawl, while all are at work."""
    estate = {"schemas": 16, "tables": 200, "columns": 4}
    calm = undisturbed(fake(**estate), tmp_path)
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.scheduler()
        old = [made.worker(2) for _ in range(2)]
        new = []
        for worker in old:

            def deploy(ledger: SqlLedger, worker: subprocess.Popen[bytes] = worker) -> None:
                run = working(ledger)
                wait(lambda: len(ledger.holders(run)[0]) >= 3)
                worker.send_signal(signal.SIGTERM)
                assert worker.wait(PATIENCE) == 0, made.log(worker)
                new.append(made.worker(2))

            summary = made.crawl(fake(**estate, latency=120, page=20), deploy)
            proof(made, summary, calm)
            with made.ledger() as ledger:
                assert all(unit.attempts == unit.crashes == 0 for unit in ledger.units(summary.run))
                told = ledger.meters(summary.run)
            assert (told.expired, told.crashes) == (0, 0), "everything was given back"
        for worker in old:
            assert f"exitcode {EXIT_CODE_LATE}" not in made.log(worker), "nobody had to be thrown out"
            assert "signal 9" not in made.log(worker)
        assert all(worker.poll() is None for worker in new)


def test_a_worker_leaves_though_redis_hangs(redis_alone: RedisServer, postgres_database: str, tmp_path: Path) -> None:
    estate = {"schemas": 8, "tables": 150, "columns": 4}
    calm = undisturbed(fake(**estate), tmp_path)
    with cluster(redis_alone.url, postgres_database, tmp_path) as made:
        made.flusher()
        worker = made.worker(2)

        def deploy(ledger: SqlLedger) -> None:
            run = working(ledger)
            redis_alone.freeze()
            worker.send_signal(signal.SIGTERM)
            wait(lambda: not ledger.holders(run)[0])
            assert worker.wait(PATIENCE) == 0, made.log(worker)
            redis_alone.thaw()
            made.worker(2)

        summary = made.crawl(fake(**estate, latency=100, page=20), deploy)
        proof(made, summary, calm)
        with made.ledger() as ledger:
            assert all(unit.attempts == 0 for unit in ledger.units(summary.run))
            assert ledger.meters(summary.run).expired == 0
