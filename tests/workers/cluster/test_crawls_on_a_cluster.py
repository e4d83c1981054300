"""Real Celery workers, a real Redis, real flushers: the catalog is that of the embedded crawl."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from specs.recipe.recipe import Recipe
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import FAKE, PATIENCE, check, cluster, fake, frozen_between_writes, undisturbed
from workers.cluster.membership import sink
from workers.ledger import SqlLedger
from workers.queues.redis.link import connect

pytestmark = [pytest.mark.chaos, pytest.mark.server]
RECIPE = fake(schemas=12, tables=120)


def lite(folder: Path) -> str:
    return f"sqlite:///{folder / 'wild.db'}"


def busy(ledger: SqlLedger) -> str:
    """The open run, once somebody holds a unit of it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for run in ledger.open_runs():
            if ledger.holders(run.id)[0]:
                return run.id
        time.sleep(0.01)
    raise AssertionError("nobody works")


def test_equal_on_postgresql(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    calm = undisturbed(RECIPE, tmp_path)
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(2)
        check(made, made.crawl(RECIPE), calm)
        again = made.crawl(RECIPE)
        assert again.entities["Table"].unchanged == again.entities["Table"].listed
        assert made.export() == calm
        with connect(redis_url) as client:
            left = {key.decode().partition(":")[0] for key in client.scan_iter()}
        assert left == {"headrace"}, "all keys are ours"


def test_equal_on_sqlite_when_redis_is_wiped(redis_url: str, tmp_path: Path) -> None:
    recipe = fake(schemas=12, tables=120, latency=60, page=60)
    calm = undisturbed(recipe, tmp_path)
    wiped: list[str] = []

    def wipe(ledger: SqlLedger) -> None:
        busy(ledger)
        with connect(redis_url) as client:
            while ledger.open_runs() and len(wiped) < 5:
                time.sleep(0.3)
                client.flushall()
                wiped.append("all")

    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        made.worker(2)
        check(made, made.crawl(recipe, wipe), calm)
    assert wiped


def test_equal_when_redis_restarts(redis_alone: RedisServer, tmp_path: Path) -> None:
    recipe = fake(schemas=12, tables=120, latency=60, page=60)
    calm = undisturbed(recipe, tmp_path)

    def restart(ledger: SqlLedger) -> None:
        busy(ledger)
        time.sleep(0.3)
        redis_alone.kill()
        time.sleep(1.0)
        redis_alone.start()

    with cluster(redis_alone.url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        made.worker(2)
        check(made, made.crawl(recipe, restart), calm)


def test_a_stopped_worker_gives_its_unit_back_at_once(redis_url: str, tmp_path: Path) -> None:
    recipe = fake(schemas=4, tables=160, latency=300, page=40)
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        first = made.worker(1)

        def stop(ledger: SqlLedger) -> None:
            run = busy(ledger)
            first.send_signal(signal.SIGTERM)
            made.until(lambda: not ledger.holders(run)[0])
            assert first.wait(PATIENCE) == 0
            assert all(unit.attempts == unit.crashes == 0 for unit in ledger.units(run))
            assert ledger.meters(run).expired == 0, "no lease had to run out"
            made.worker(1)

        check(made, made.crawl(recipe, stop), undisturbed(recipe, tmp_path))


def test_killed_flushers_and_workers_lose_nothing(redis_url: str, tmp_path: Path) -> None:
    recipe = fake(schemas=8, tables=200, latency=60, page=60)
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        flusher = made.flusher()
        made.worker(1)

        def kill(ledger: SqlLedger) -> None:
            busy(ledger)
            os.killpg(flusher.pid, signal.SIGKILL)
            flusher.wait()
            made.flusher()

        check(made, made.crawl(recipe, kill), undisturbed(recipe, tmp_path))


def test_without_a_flusher_the_queue_fills_and_nothing_is_dropped(redis_url: str, tmp_path: Path) -> None:
    recipe = fake(schemas=1, tables=6000, latency=100, page=100)
    bounds = {"HEADRACE_QUEUE_ENTRIES": "16", "HEADRACE_QUEUE_BYTES": "1000000", "HEADRACE_SHARDS": "1"}
    largest: list[tuple[int, int]] = []
    with cluster(redis_url, lite(tmp_path), tmp_path, **bounds) as made:
        flusher = made.flusher()
        made.worker(2)

        def hold(ledger: SqlLedger) -> None:
            run = busy(ledger)
            made.until(lambda: any((u.node, u.state) == ("table", "running") for u in ledger.units(run)))
            made.until(lambda: frozen_between_writes(flusher, made.catalog))
            with closing(sink(made.settings)) as queue:
                made.until(lambda: queue.sizes()[0][0])
                for _ in range(40):
                    largest.append(queue.sizes()[0])
                    time.sleep(0.05)
            flusher.send_signal(signal.SIGCONT)

        check(made, made.crawl(recipe, hold), undisturbed(recipe, tmp_path))
    assert 0 < max(largest)[0] <= 16
    assert max(size for _, size in largest) <= 1_000_000


def test_killed_pool_processes_cost_a_moment(redis_url: str, tmp_path: Path) -> None:
    recipe = fake(schemas=6, tables=200, latency=60, page=60)
    killed: list[int] = []

    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        parent = made.worker(2)

        def kill(ledger: SqlLedger) -> None:
            run = busy(ledger)
            while len(killed) < 6 and ledger.open_runs():
                for holder in ledger.holders(run)[0]:
                    pid = int(holder.split(":")[1])
                    if pid not in killed:
                        os.kill(pid, signal.SIGKILL)
                        killed.append(pid)
                time.sleep(0.2)

        summary = made.crawl(recipe, kill)
        check(made, summary, undisturbed(recipe, tmp_path))
        with made.ledger() as ledger:
            assert ledger.meters(summary.run).expired == 0, "no lease had to run out"
        assert parent.poll() is None
    assert len(killed) > 2


def test_a_secret_that_only_the_worker_lacks(redis_url: str, tmp_path: Path) -> None:
    recipe = Recipe.from_dict({"service": {"name": "estate", "type": FAKE}, "connection": {"seed": "${env:ONLY_HERE}"}})
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        made.worker(1)
        summary = made.crawl(recipe)
    assert summary.status == "failed"
    assert "connection.seed" in summary.reason
    assert "ONLY_HERE" in summary.reason
    assert "worker" in summary.reason


def test_memory_that_runs_out_is_no_end(redis_url: str, tmp_path: Path) -> None:
    fault = {"at": "build", "where": "estate.db_00.schema_0000.t0000003", "action": "memory", "times": 2}
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        worker = made.worker(1)
        summary = made.crawl(fake(schemas=2, tables=20, faults=[fault], state=str(tmp_path / "faults")))
        assert worker.poll() is None
    assert summary.status == "complete"
    assert summary.entities["Table"].emitted == 40
