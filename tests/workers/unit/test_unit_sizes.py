"""How much goes into one unit: sizes learned from the crawl before, and expansions that do not run ahead."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from scheduler.control.openings import root_of
from scheduler.control.reconciler import Reconciler
from specs.contracts.assignment import Assignment, Opening, UnitBudget
from specs.contracts.work import Claim, Run
from specs.recipe.recipe import Recipe
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.workers.cluster.rig import exported
from workers.catalog import Catalog
from workers.embedded.solo import solo
from workers.ledger import SqlLedger
from workers.ledger.answers.views import UnitView
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase, open_database


def recipe(**connection: object) -> Recipe:
    size = {"columns": 1, "views": 0, "estimates": None}
    given = {"service": {"name": "shop", "type": "specs.testing.fake:spec"}}
    return Recipe.from_dict(given | {"connection": size | connection})


class Watched(SqlLedger):
    """Remembers the most units that ever stood ready, and which lane had which unit."""

    def __init__(self, db: SqlDatabase) -> None:
        super().__init__(db)
        self.most = 0
        self.hands: dict[str, int] = {}

    def claim(
        self, worker: str, *, run: str | None = None, queue: str | None = None, lease: float = 60.0, now: float
    ) -> Claim | None:
        found = super().claim(worker, run=run, queue=queue, lease=lease, now=now)
        if run is not None:
            self.most = max(self.most, self.progress(run).states.get("ready", 0))
        if found is not None:
            self.hands[found.unit.id] = threading.get_ident()
        return found


def crawl(
    ledger: SqlLedger, recipe: Recipe, budget: UnitBudget | None = None, root: Start | None = None, **options: Any
) -> tuple[Run, list[UnitView]]:
    run = ledger.open_run(
        Opening("shop", recipe.service.type, recipe.to_dict(), (root or root_of(recipe),), slots=4), now=time.time()
    )
    tick = Reconciler(ledger, run.id, ledger.outstanding).tick
    solo(ledger, Assignment(run.id, recipe, budget=budget or UnitBudget()), StopFlag(), tick, **options)
    return ledger.run(run.id), list(ledger.units(run.id))


def test_the_second_crawl_packs_by_what_the_first_one_found(tmp_path: Path) -> None:
    small = recipe(schemas=30, tables=3)
    db = open_database(f"sqlite:///{tmp_path}/c.db")
    try:
        ledger = SqlLedger(db)
        run, units = crawl(ledger, small)
        assert run.state == "complete"
        assert sum(unit.node == "schema" for unit in units) == 30
        before = exported(f"sqlite:///{tmp_path}/c.db")
        run, units = crawl(ledger, small)
        assert run.state == "complete"
        packed = [unit for unit in units if unit.node == "schema"]
        assert len(packed) == 1
        assert exported(f"sqlite:///{tmp_path}/c.db") == before
    finally:
        db.close()


def test_the_second_crawl_splits_by_what_the_first_one_found(tmp_path: Path) -> None:
    big = recipe(schemas=2, tables=[5100, 3])
    db = open_database(f"sqlite:///{tmp_path}/c.db")
    try:
        ledger = SqlLedger(db)
        _, units = crawl(ledger, big)
        assert not [unit for unit in units if unit.node == "table"]
        run, units = crawl(ledger, big)
        assert run.state == "complete"
        assert len([unit for unit in units if unit.node == "table"]) > 1
        assert ledger.counts(run.id)["Table"]["unchanged"] == 5103
    finally:
        db.close()


def test_an_expansion_waits_while_enough_units_stand_ready(tmp_path: Path) -> None:
    wide = recipe(schemas=300, tables=1)
    db = open_database(f"sqlite:///{tmp_path}/c.db")
    try:
        ledger = Watched(db)
        run, units = crawl(ledger, wide, UnitBudget(children=20))
        assert run.state == "complete"
        assert sum(unit.node == "schema" for unit in units) == 300
        assert 10 < ledger.most < 60
        (database,) = [unit for unit in units if unit.node == "database"]
        assert (database.attempts, database.crashes) == (0, 0)
    finally:
        db.close()


@pytest.mark.parametrize("budget", [UnitBudget(objects=400), UnitBudget(seconds=0.2)], ids=["fat", "long"])
def test_idle_workers_take_over_what_a_long_unit_has_not_reached(tmp_path: Path, budget: UnitBudget) -> None:
    long = recipe(schemas=1, tables=6000, latency=5, page=100)
    listing = Start("table", Scope.of("shop", "db_00", "schema_0000"))
    db = open_database(f"sqlite:///{tmp_path}/c.db")
    try:
        ledger = Watched(db)
        run, units = crawl(ledger, long, budget, listing)
        assert run.state == "complete"
        assert len(units) > 3
        assert len(set(ledger.hands.values())) == 2, "one lane had all of them"
        assert ledger.counts(run.id)["Table"]["emitted"] == 6000
        assert all(unit.state == "done" for unit in units)
    finally:
        db.close()


def test_a_schema_that_turns_out_long_names_the_rest_of_its_tables(tmp_path: Path) -> None:
    """Nothing is known of its size: one unit at first, whose tables others take over; what follows them is its own."""
    calm = recipe(schemas=2, tables=[900, 3], procedures=3)
    db, other = (open_database(f"sqlite:///{tmp_path}/{name}.db") for name in ("c", "calm"))
    try:
        ledger = SqlLedger(db)
        run, units = crawl(ledger, calm, UnitBudget(objects=300))
        assert run.state == "complete"
        assert [unit.state for unit in units if unit.node == "table"].count("done") > 1
        assert all((unit.attempts, unit.crashes) == (0, 0) for unit in units)
        crawl(SqlLedger(other), calm)
        assert exported(f"sqlite:///{tmp_path}/c.db") == exported(f"sqlite:///{tmp_path}/calm.db")
        again = recipe(schemas=2, tables=[900, 3], procedures=3, dropped=["shop.db_00.schema_0000.t0000850"])
        run, _ = crawl(ledger, again, UnitBudget(objects=300))
        assert Catalog(db).missing(run.id) == {"Table": 1}
    finally:
        db.close()
        other.close()
