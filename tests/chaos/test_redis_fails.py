"""Redis is killed, loses its memory, is wiped, full or frozen: the crawl waits, and ends as if nothing had been."""

from __future__ import annotations

import re
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.freezing import frozen_at_work, go
from tests.chaos.proof import proof
from tests.chaos.waiting import working
from tests.servers.redis import RedisServer
from tests.servers.redis_refusals import WORDS, refusing
from tests.workers.cluster.rig import Cluster, cluster, fake, undisturbed
from workers.cluster.membership import sink
from workers.cluster.times import CONNECT_PAUSE_SECONDS
from workers.ledger import SqlLedger
from workers.process import liveness
from workers.queues.redis.errors import PASSES
from workers.schedules import LEASE_SECONDS, SCHEDULER, leads

pytestmark = [pytest.mark.chaos, pytest.mark.server]
ESTATE = {"schemas": 16, "tables": 120, "columns": 4, "procedures": 2}
RECIPE = fake(**ESTATE, latency=60, page=20)


@pytest.fixture
def calm(tmp_path: Path) -> list[str]:
    return undisturbed(fake(**ESTATE), tmp_path)


def manned(made: Cluster) -> Cluster:
    made.flusher()
    made.start("scheduler")
    made.worker(2)
    return made


@pytest.mark.parametrize("log", [True, False], ids=["with its log", "without its log"])
def test_killed_and_started_again(
    log: bool, redis_alone: RedisServer, postgres_database: str, tmp_path: Path, calm: list[str]
) -> None:
    def restart(ledger: SqlLedger) -> None:
        for stored in (1, 500):
            working(ledger, stored=stored)
            redis_alone.kill()
            if not log:
                redis_alone.forget()
            time.sleep(1.0)
            redis_alone.start()

    with cluster(redis_alone.url, postgres_database, tmp_path) as made:
        proof(made, manned(made).crawl(RECIPE, restart), calm)


def test_wiped_in_mid_run(redis_alone: RedisServer, postgres_database: str, tmp_path: Path, calm: list[str]) -> None:
    wiped = 0

    def wipe(ledger: SqlLedger) -> None:
        nonlocal wiped
        run = working(ledger)
        with redis_alone.client() as client:
            while ledger.run(run).open:
                client.flushall()
                wiped += 1
                time.sleep(0.25)

    with cluster(redis_alone.url, postgres_database, tmp_path) as made:
        proof(made, manned(made).crawl(RECIPE, wipe), calm)
    assert wiped > 3


def test_at_its_maxmemory(redis_alone: RedisServer, postgres_database: str, tmp_path: Path, calm: list[str]) -> None:
    """Nothing can be written for a while, by anybody; a worker that starts then waits as well."""
    refused: list[int] = []

    def fill(ledger: SqlLedger) -> None:
        run = working(ledger)
        with redis_alone.client() as client:
            client.config_set("maxmemory", 1)
            time.sleep(3.0)
            late = made.start("worker", "--concurrency", "1")
            before = ledger.progress(run).entities
            time.sleep(3.0)
            assert ledger.run(run).open
            assert ledger.progress(run).entities <= before + 500, "only what lay in the queue"
            made.until(lambda: "Redis refuses commands" in made.log(late) or late.poll() is not None)
            assert late.poll() is None, made.log(late)
            stats: Any = client.info("errorstats")
            refused.append(int(stats["errorstat_OOM"]["count"]))
            client.config_set("maxmemory", 0)

    with cluster(redis_alone.url, postgres_database, tmp_path) as made:
        manned(made)
        proof(made, made.crawl(RECIPE, fill), calm)
        assert all(process.poll() is None for process in made.processes), "nobody died of it"
    assert refused[0] > 0


@pytest.mark.parametrize("word", [each for each in WORDS if each != "OOM"])
def test_it_refuses_for_a_while(
    word: str, redis_alone: RedisServer, postgres_database: str, tmp_path: Path, calm: list[str]
) -> None:
    """It answers, but takes nothing: everybody waits, those who start then, too."""

    def refuse(ledger: SqlLedger) -> None:
        run = frozen_at_work(ledger, queue, worker)
        with refusing(redis_alone, word):
            go(worker)
            late = made.start("worker", "--concurrency", "1")
            refused = PASSES[word][0]
            made.until(lambda: f"takes nothing: {refused}" in made.log(worker))
            if word in ("BUSY", "MASTERDOWN"):  # these answer nothing at all
                made.until(lambda: "waiting for Redis" in made.log(late) and refused in made.log(late))
            time.sleep(3.0)  # of trying in vain
            assert ledger.run(run).open
            assert late.poll() is None, made.log(late)

    with cluster(redis_alone.url, postgres_database, tmp_path) as made, closing(sink(made.settings)) as queue:
        worker = manned(made).processes[-1]
        proof(made, made.crawl(RECIPE, refuse), calm)
        assert all(process.poll() is None for process in made.processes), "nobody died of it"
        assert not any("Traceback" in log.read_text() for log in made.logs)


def test_frozen_for_longer_than_a_lease(
    redis_alone: RedisServer, postgres_database: str, tmp_path: Path, calm: list[str]
) -> None:
    def freeze(ledger: SqlLedger) -> None:
        working(ledger)
        redis_alone.freeze()
        time.sleep(6.0)
        redis_alone.thaw()

    with cluster(redis_alone.url, postgres_database, tmp_path, HEADRACE_LEASE="3") as made:
        proof(made, manned(made).crawl(RECIPE, freeze), calm)
        assert all(process.poll() is None for process in made.processes)


def test_nobody_else_leads_while_it_is_frozen(redis_alone: RedisServer, postgres_database: str, tmp_path: Path) -> None:
    with cluster(redis_alone.url, postgres_database, tmp_path) as made:
        first = made.scheduler()
        second = made.start("scheduler")
        made.until(lambda: "stands by" in made.log(second))
        redis_alone.freeze()
        time.sleep(LEASE_SECONDS + 8.0)  # longer than the lead lasts that nobody renews
        redis_alone.thaw()
        with made.ledger() as ledger:
            assert leads(ledger.db, SCHEDULER) == liveness.name(first.pid)
        assert "this scheduler leads" not in made.log(second)


def test_an_idle_worker_is_back_soon(redis_alone: RedisServer, postgres_database: str, tmp_path: Path) -> None:
    with cluster(redis_alone.url, postgres_database, tmp_path) as made:
        worker = made.worker(1)
        made.flusher()
        redis_alone.kill()
        made.until(lambda: made.log(worker).count("Cannot connect to redis") >= 7)
        redis_alone.start()
        proof(made, made.crawl(fake(schemas=2)), undisturbed(fake(schemas=2), tmp_path))
        pauses = [float(each) for each in re.findall(r"Trying again in ([0-9.]+) second", made.log(worker))]
    assert 1.0 < max(pauses) <= CONNECT_PAUSE_SECONDS
