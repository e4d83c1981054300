"""A driver that hangs with the interpreter's lock held: nothing in its process turns, so its parent ends it."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.rig import Pooled
from tests.chaos.waiting import working
from tests.servers.process import free_port
from tests.workers.cluster.rig import PATIENCE, cluster, fake
from workers.catalog import Catalog
from workers.embedded.pool import Pool
from workers.ledger import SqlLedger
from workers.store.database import open_database

pytestmark = [pytest.mark.chaos, pytest.mark.server]
POISON = "estate.db_00.schema_0001.t0000023"
LONG = 40.0
"""Seconds for which the lock is held each time: the run would take minutes if that were waited for."""


def recipe(**fault: Any) -> Any:
    held = {"at": "read", "where": POISON, "action": "seize", "seconds": LONG, **fault}
    return fake(schemas=3, tables=60, columns=2, views=0, faults=[held])


def asked(address: str) -> str:
    """What ``/healthz`` answers, whether all is well or not; nothing where no answer came."""
    try:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=PATIENCE) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()
    except OSError:
        return ""


def test_its_object_fails_alone_and_the_cluster_goes_on(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    with cluster(redis_url, postgres_database, tmp_path, HEADRACE_LEASE="2") as made:
        made.flusher()
        made.scheduler()
        parent = made.start("worker", "--concurrency", "2", "--metrics", address)
        made.until(lambda: "ready." in made.log(parent))
        made.until(lambda: asked(address) == "ok\n")

        def watch(ledger: SqlLedger) -> None:
            working(ledger)
            made.until(lambda: "was ended: the worker process had been silent" in asked(address))

        summary = made.crawl(recipe(), watch)
        assert parent.poll() is None, made.log(parent)
        assert (summary.status, summary.reconciles) == ("partial", True)
        tables = summary.entities["Table"]
        assert (tables.listed, tables.emitted, tables.failed) == (180, 179, 1)
        with made.ledger() as ledger:
            (failure,) = ledger.failures(summary.run)
            assert (failure.fqn, failure.reason) == (POISON, "poison")
        made.until(lambda: asked(address).startswith("ok\n"))


def test_the_same_in_processes_of_one_crawl(tmp_path: Path) -> None:
    wild = Pooled(recipe(), tmp_path, workers=2)
    seen: list[int] = []

    def watch(pool: Pool, ledger: SqlLedger, run: str) -> None:
        seen.extend(pool.pids.values())

    run = wild.run(watch, silence=3.0)
    assert run is not None
    assert run.state == "partial"
    db = open_database(f"sqlite:///{tmp_path / 'wild.db'}", create=False)
    try:
        ledger = SqlLedger(db)
        assert [(each.fqn, each.reason) for each in ledger.failures(run.id)] == [(POISON, "poison")]
        assert ledger.reconcile(run.id, Catalog(db).stored(run.id)) == []
        assert ledger.meters(run.id).crashes >= 2
    finally:
        db.close()


def test_a_stop_does_not_wait_for_it(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    """Nothing in the process hears that it is to stop; its parent gives back what it holds."""
    struck = tmp_path / "struck"
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.scheduler()
        worker = made.worker(1)

        def stop(ledger: SqlLedger) -> None:
            made.until(struck.exists)
            (run,) = ledger.open_runs()
            worker.terminate()
            assert worker.wait(PATIENCE) == 0
            assert ledger.holders(run.id)[0] == set()
            ledger.end(run.id, state="cancelled", reason="seen", now=0.0)

        fault = {"at": "read", "where": "estate.db_00.schema_0000.t0000003", "action": "seize", "seconds": LONG}
        made.crawl(fake(schemas=1, tables=60, faults=[{**fault, "times": 1}], state=str(struck)), stop)
