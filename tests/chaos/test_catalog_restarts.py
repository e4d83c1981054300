"""The server of ledger and catalog is restarted in mid-run, gently, at once, and by SIGKILL; and the source is."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler.control.open_runs import LEFT
from tests.chaos.proof import proof
from tests.chaos.sources import crawling, filled
from tests.chaos.waiting import working
from tests.servers.postgres import FAST, IMMEDIATE, PostgresServer, create_database
from tests.workers.cluster.rig import PATIENCE, Cluster, cluster, fake, undisturbed
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server]
ESTATE = {"schemas": 12, "tables": 120, "columns": 4}
RECIPE = fake(**ESTATE, latency=60, page=20)
AWAY = 2.0
"""Seconds that the server is down."""


def manned(made: Cluster) -> Cluster:
    made.flusher()
    made.scheduler()
    made.worker(2)
    return made


def restarting(server: PostgresServer, how: signal.Signals, *, times: int = 2) -> Callable[[SqlLedger], None]:
    def restart(ledger: SqlLedger) -> None:
        for stored in range(1, 400 * times, 400):
            working(ledger, stored=stored)
            server.down(how)
            time.sleep(AWAY)
            server.up()

    return restart


@pytest.mark.parametrize("how", [FAST, IMMEDIATE, signal.SIGKILL], ids=["fast", "immediate", "killed"])
def test_the_catalog_is_restarted(how: signal.Signals, redis_url: str, server: PostgresServer, tmp_path: Path) -> None:
    calm = undisturbed(fake(**ESTATE), tmp_path)
    with cluster(redis_url, create_database(server.url, "catalog"), tmp_path) as made:
        manned(made)
        proof(made, made.crawl(RECIPE, restarting(server, how)), calm)
        assert all(process.poll() is None for process in made.processes), "nobody died of it"


def test_it_stops_together_with_a_worker(redis_url: str, server: PostgresServer, tmp_path: Path) -> None:
    """Nobody can say in the ledger that the unit is given back; nobody of that machine is left to find out either."""
    fault = {"at": "read", "where": "estate.db_00.schema_0000.t0000003", "action": "freeze", "seconds": 600, "times": 1}
    struck = tmp_path / "struck"
    with cluster(redis_url, create_database(server.url, "catalog"), tmp_path) as made:
        made.flusher()
        scheduler = made.scheduler()
        worker = made.worker(1)

        def stop(ledger: SqlLedger) -> None:
            made.until(struck.exists)  # it hangs
            (run,) = ledger.open_runs()
            server.down(FAST)
            worker.terminate()
            assert worker.wait(PATIENCE) == 0
            server.up()
            made.until(lambda: LEFT in made.log(scheduler))
            with made.ledger() as again:
                assert again.holders(run.id)[0] == set()
                assert again.meters(run.id).expired == 0, "no lease had to run out"
                assert [unit for unit in again.units(run.id) if unit.attempts or unit.crashes] == []
                again.end(run.id, state="cancelled", reason="seen", now=0.0)

        made.crawl(fake(schemas=1, faults=[fault], state=str(struck)), stop)


def test_the_source_is_restarted(
    redis_url: str, postgres_database: str, server: PostgresServer, tmp_path: Path
) -> None:
    url = filled(create_database(server.url, "shop"), schemas=60, tables=60)
    calm = undisturbed(crawling(url), tmp_path)
    with cluster(redis_url, postgres_database, tmp_path) as made:
        manned(made)
        proof(made, made.crawl(crawling(url), restarting(server, IMMEDIATE)), calm)
        assert all(process.poll() is None for process in made.processes)
