"""SIGTERM to a worker under load: its units are back at once, no attempt is burned, the next worker ends the run."""

from __future__ import annotations

import signal
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from specs.contracts.work import WINDOW
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import PATIENCE, Cluster, check, cluster, fake, frozen_between_writes, undisturbed
from workers.cluster.membership import sink
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server]


def lite(folder: Path) -> str:
    return f"sqlite:///{folder / 'wild.db'}"


def busy(made: Cluster, ledger: SqlLedger, processes: int) -> str:
    """The open run, once so many processes hold a unit of it."""
    found: list[str] = []

    def look() -> bool:
        found[:] = [run.id for run in ledger.open_runs() if len(ledger.holders(run.id)[0]) >= processes]
        return bool(found)

    made.until(look)
    return found[0]


def stopped(made: Cluster, ledger: SqlLedger, run: str, worker: Any) -> None:
    """SIGTERM, and wait until nobody holds a unit any more: given back, not taken away when its lease had run out."""
    worker.send_signal(signal.SIGTERM)
    made.until(lambda: not ledger.holders(run)[0])
    burned = [unit for unit in ledger.units(run) if unit.attempts or unit.crashes]
    assert not burned, made.log(worker)
    assert ledger.meters(run).expired == 0


def test_while_sources_hang_and_ignore_it(redis_url: str, tmp_path: Path) -> None:
    once = {"action": "freeze", "seconds": 60, "times": 1, "at": "read"}
    faults = [{**once, "where": f"estate.db_00.schema_000{n}.t0000003"} for n in range(2)]
    recipe = fake(schemas=4, tables=900, faults=faults, state=str(tmp_path / "state"))
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        first = made.worker(2)

        def stop(ledger: SqlLedger) -> None:
            run = busy(made, ledger, 2)
            made.until(lambda: (tmp_path / "state").exists() and len((tmp_path / "state").read_text().split()) == 2)
            stopped(made, ledger, run, first)
            first.wait(PATIENCE)
            made.worker(2)

        check(made, made.crawl(recipe, stop), undisturbed(fake(schemas=4, tables=900), tmp_path))


def test_while_the_queue_has_no_room(redis_url: str, tmp_path: Path) -> None:
    """Nothing is stored: both units have sent as many batches as may wait of one unit, and have more to send."""
    recipe = fake(schemas=2, tables=5000)
    with cluster(redis_url, lite(tmp_path), tmp_path) as made, closing(sink(made.settings)) as queue:
        flusher = made.flusher()
        first = made.worker(2)

        def stop(ledger: SqlLedger) -> None:
            run = busy(made, ledger, 2)
            made.until(lambda: frozen_between_writes(flusher, made.catalog))

            def full() -> bool:
                held = [unit.id for unit in ledger.units(run) if unit.state == "running"]
                shards = [queue.read(shard, limit=100) for shard in range(queue.shards)]
                waiting = Counter(batch.unit for shard in shards for _, batch in shard)
                return len(held) == 2 and all(waiting[unit] == WINDOW for unit in held)

            made.until(full)
            stopped(made, ledger, run, first)
            first.wait(PATIENCE)
            flusher.send_signal(signal.SIGCONT)
            made.worker(2)

        check(made, made.crawl(recipe, stop), undisturbed(recipe, tmp_path))


def test_while_redis_is_frozen(redis_alone: RedisServer, tmp_path: Path) -> None:
    recipe = fake(schemas=6, tables=400, latency=60, page=60)
    with cluster(redis_alone.url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        first = made.worker(2)

        def stop(ledger: SqlLedger) -> None:
            run = busy(made, ledger, 2)
            redis_alone.freeze()
            try:
                time.sleep(1.0)  # what was on its way has arrived, whatever comes next waits for Redis
                stopped(made, ledger, run, first)
                first.wait(PATIENCE)
            finally:
                redis_alone.thaw()
            made.worker(2)

        check(made, made.crawl(recipe, stop), undisturbed(recipe, tmp_path))
