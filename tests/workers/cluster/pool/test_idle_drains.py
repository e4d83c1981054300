"""A drain that finds nothing to do leaves the ledger alone: a hint calls it back."""

from __future__ import annotations

import time
from pathlib import Path

import fakeredis

from scheduler.control.openings import root_of
from specs.contracts.assignment import Opening
from specs.recipe.recipe import Recipe
from workers.cluster.pool.pool_worker import PoolWorker
from workers.ledger import SqlLedger
from workers.process.stop_flag import StopFlag
from workers.queues.redis.queue import RedisQueue
from workers.store.database import open_database

RECIPE = Recipe.from_dict({"service": {"name": "estate", "type": "specs.testing.fake:spec"}, "connection": {}})


def test_a_drain_ends_while_others_hold_all_units_and_works_when_it_is_called_again(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'l.db'}")
    try:
        with fakeredis.FakeRedis() as client:
            ledger = SqlLedger(db)
            run = ledger.open_run(
                Opening("estate", RECIPE.service.type, RECIPE.to_dict(), (root_of(RECIPE),), slots=2, via="cluster"),
                now=time.time(),
            ).id
            claim = ledger.claim("other:1:1", run=run, now=time.time())
            assert claim is not None
            drain = PoolWorker(db, RedisQueue(client, prefix="t"), StopFlag(), enough=0.2)
            assert drain.run(3600.0) is False
            assert ledger.run(run).open
            assert ledger.release(claim.unit.id, claim.fence, now=time.time())
            assert drain.run(3600.0) is False
            drain.close()
            assert [unit.state for unit in ledger.units(run)] == ["flushing"]
    finally:
        db.close()
