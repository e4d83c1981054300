"""A process that stays above its memory names the rest as units, gives back what it cannot name, and is replaced."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scheduler.control.openings import root_of
from scheduler.control.reconciler import Reconciler
from specs.contracts.assignment import Opening
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.workers.cluster.rig import PATIENCE, cluster, fake
from workers.catalog import Catalog
from workers.cluster.membership import joined
from workers.cluster.pool.pool_worker import PoolWorker
from workers.cluster.pool.terms import PoolTerms
from workers.ledger import SqlLedger
from workers.process.governor import MemoryBudget
from workers.process.stop_flag import StopFlag

pytestmark = [pytest.mark.chaos, pytest.mark.server]
RECIPE = fake(schemas=2, tables=300, columns=1)


@pytest.mark.parametrize("whole", [True, False], ids=["root", "range"])
def test_units_get_on_without_burning_attempts(whole: bool, redis_url: str, tmp_path: Path) -> None:
    root = root_of(RECIPE) if whole else Start("table", Scope.of("estate", "db_00", "schema_0000"))
    slices = 0
    with (
        cluster(redis_url, f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made,
        joined(made.settings) as (db, queue),
    ):
        made.flusher()
        ledger = SqlLedger(db)
        run = ledger.open_run(
            Opening("estate", RECIPE.service.type, RECIPE.to_dict(), (root,), slots=4, via="cluster"), now=time.time()
        ).id
        tight = PoolTerms(MemoryBudget(1, 1, hard=2))  # any process has more than that
        drain = PoolWorker(db, queue, StopFlag(), tight)
        tick = Reconciler(ledger, run, ledger.outstanding).tick
        end = time.monotonic() + PATIENCE
        while ledger.run(run).open and time.monotonic() < end:
            slices += drain.run(5.0)
            tick(moved=True)
        drain.close()
        assert ledger.run(run).state == "complete"
        assert slices > 2, "each unit ended the slice, so that the process could be replaced"
        units = list(ledger.units(run))
        assert all(unit.attempts == unit.crashes == 0 for unit in units)
        assert ledger.counts(run)["Table"]["listed"] == (600 if whole else 300)
        assert ledger.reconcile(run, Catalog(db).stored(run)) == []
        if not whole:
            assert len(units) > 3, "what was left of the range became units of their own"
