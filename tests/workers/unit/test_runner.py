"""Units run to their receipts over lost connections, give themselves back, split, read carefully, confirm."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scheduler.control.openings import root_of
from scheduler.control.reconciler import Reconciler
from specs.contracts.assignment import Assignment, Opening, UnitBudget
from specs.contracts.work import Run
from specs.recipe.recipe import Recipe
from specs.topology.events import Start
from specs.topology.scope import KeyRange, Scope
from workers.catalog import Catalog
from workers.embedded.solo import solo
from workers.ledger import SqlLedger
from workers.process.interruption import interruptible
from workers.process.stop_flag import StopFlag
from workers.store.database import open_database
from workers.unit.lease.heartbeat import Heartbeat
from workers.unit.times import STALL_SECONDS

SCHEMA = "shop.db_00.schema_0000"


class Bench:
    """A ledger with one open run over a fake service, worked on by this process."""

    def __init__(self, ledger: SqlLedger, recipe: Recipe, roots: list[Start]) -> None:
        self.ledger, self.recipe = ledger, recipe
        self.opened = ledger.open_run(
            Opening("shop", recipe.service.type, recipe.to_dict(), tuple(roots), slots=4), now=time.time()
        )

    def work(self, *, stop: StopFlag | None = None, budget: UnitBudget | None = None, **options: Any) -> Run:
        tick = Reconciler(self.ledger, self.opened.id, self.ledger.outstanding).tick
        assignment = Assignment(self.opened.id, self.recipe, budget=budget or UnitBudget())
        solo(self.ledger, assignment, stop or StopFlag(), tick, **options)
        return self.ledger.run(self.opened.id)

    def listed(self, type_: str = "Table") -> int:
        return self.ledger.counts(self.opened.id)[type_]["listed"]


Make = Callable[..., Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Make]:
    db = open_database(f"sqlite:///{tmp_path / 'catalog.db'}")

    def make(*, roots: list[Start] | None = None, limits: dict[str, Any] | None = None, **connection: Any) -> Bench:
        given = {"service": {"name": "shop", "type": "specs.testing.fake:spec"}, "limits": limits or {}}
        size = {"schemas": 1, "tables": 40, "columns": 1, "views": 0, "state": str(tmp_path / "state")}
        recipe = Recipe.from_dict(given | {"connection": size | connection})
        return Bench(SqlLedger(db), recipe, roots or [root_of(recipe)])

    yield make
    db.close()


def tables(**span: Any) -> list[Start]:
    return [Start("table", Scope.of("shop", "db_00", "schema_0000"), range=KeyRange(**span))]


def test_a_leaf_range_beyond_its_budget_names_the_rest(bench: Make) -> None:
    made = bench(roots=tables())
    assert made.work(budget=UnitBudget(objects=15)).state == "complete"
    units = list(made.ledger.units(made.opened.id))
    assert [unit.span for unit in units] == [
        KeyRange(None, None), KeyRange("t0000014", None), KeyRange("t0000029", None)
    ]  # fmt: skip
    assert made.listed() == 40
    assert made.ledger.reconcile(made.opened.id, Catalog(made.ledger.db).stored(made.opened.id)) == []


def test_the_rest_comes_in_pieces_that_others_can_share(bench: Make) -> None:
    made = bench(roots=tables(), tables=8000)
    assert made.work(budget=UnitBudget(objects=1000)).state == "complete"
    spans = [unit.span for unit in made.ledger.units(made.opened.id)]
    assert len(spans) > 3
    assert made.listed() == 8000


def test_a_range_whose_budget_ends_at_its_end_has_no_rest(bench: Make) -> None:
    made = bench(roots=tables(until="t0000019"))
    assert made.work(budget=UnitBudget(objects=20)).state == "complete"
    assert len(list(made.ledger.units(made.opened.id))) == 1
    assert made.listed() == 20


def test_a_split_listing_still_proves_what_is_gone(bench: Make) -> None:
    bench().work()
    made = bench(dropped=[f"{SCHEMA}.t0000007"], roots=None)
    assert made.work(budget=UnitBudget(objects=5)).state == "complete"
    assert Catalog(made.ledger.db).missing(made.opened.id) == {"Table": 1}


def lost(*after: int, **more: Any) -> list[dict[str, Any]]:
    return [{"at": "list", "where": SCHEMA, "action": "retry", "after": count, **more} for count in after]


def test_a_lost_connection_costs_no_object_and_no_duplicate(bench: Make) -> None:
    made = bench(faults=lost(0, 5, 11, 23, times=1))
    assert made.work().state == "complete"
    assert made.listed() == 40
    (unit,) = [unit for unit in made.ledger.units(made.opened.id) if unit.node == "schema"]
    assert unit.attempts == 0


def test_a_connection_lost_again_and_again_is_tried_later(bench: Make) -> None:
    made = bench(faults=lost(0, times=4, delay=0.01))
    assert made.work(budget=UnitBudget(pause=0.02)).state == "complete"
    assert made.listed() == 40


def test_a_source_that_stays_lost_fails_its_unit_alone(bench: Make) -> None:
    made = bench(schemas=2, tables=[40, 2000], faults=[{**lost(0)[0], "delay": 0.001}])
    run = made.work(budget=UnitBudget(pause=0.02))
    assert run.state == "partial"
    (part, *_) = made.ledger.incomplete(made.opened.id)
    assert "the connection was lost" in part.message
    assert made.listed() >= 2000


def test_an_unforeseen_error_fails_the_unit_with_its_name(bench: Make) -> None:
    made = bench(roots=[Start("nonsense", Scope.of("shop"))])
    run = made.work()
    assert run.state == "failed"
    assert "KeyError: 'nonsense'" in run.reason


def test_a_stopped_run_gives_everything_back_and_goes_on(bench: Make) -> None:
    made = bench(schemas=3, tables=1500, latency=100)
    stop = StopFlag()
    with soon(0.5, stop):
        run = made.work(stop=stop)
    assert run.open
    assert made.ledger.holders(run.id) == (set(), set())
    assert made.work().state == "complete"
    assert made.listed() == 4500
    assert made.ledger.reconcile(made.opened.id, Catalog(made.ledger.db).stored(made.opened.id)) == []


def test_a_stop_cancels_what_hangs(bench: Make) -> None:
    made = bench(faults=[{"at": "read", "where": f"{SCHEMA}.t0000020", "action": "hang", "seconds": 50, "times": 1}])
    stop = StopFlag()
    begun = time.monotonic()
    with soon(0.5, stop):
        run = made.work(stop=stop)
    assert run.open
    assert time.monotonic() - begun < 50, "it hung to its end"
    assert made.work().state == "complete"
    assert list(made.ledger.failures(made.opened.id)) == []
    assert made.listed() == 40


def test_memory_that_runs_out_makes_smaller_slices(bench: Make) -> None:
    broke = {"at": "read", "where": f"{SCHEMA}.t0000020", "action": "memory", "times": 2}
    made = bench(faults=[broke])
    assert made.work().state == "complete"
    assert made.listed() == 40


@pytest.mark.parametrize("at", ["read", "build"])
def test_an_object_that_memory_always_runs_out_over_fails_alone(bench: Make, at: str) -> None:
    heavy = [f"{SCHEMA}.t0000003", f"{SCHEMA}.t0001499"]
    made = bench(tables=2000, faults=[{"at": at, "where": where, "action": "memory"} for where in heavy])
    assert made.work().state == "partial"
    failures = list(made.ledger.failures(made.opened.id))
    assert [(failure.fqn, failure.reason) for failure in failures] == [(where, "poison") for where in heavy]
    assert all("memory ran out" in failure.message for failure in failures)
    assert made.listed() == 2000
    assert made.ledger.incomplete(made.opened.id) == []
    assert made.ledger.reconcile(made.opened.id, Catalog(made.ledger.db).stored(made.opened.id)) == []


@pytest.mark.parametrize("after", [0, 7])
def test_a_listing_that_memory_runs_out_over_fails_alone(bench: Make, after: int) -> None:
    broke = {"at": "list", "where": SCHEMA, "action": "memory", "after": after}
    made = bench(schemas=2, faults=[broke], procedures=2)
    assert made.work(budget=UnitBudget(pause=0.01)).state == "partial"
    (part,) = made.ledger.incomplete(made.opened.id)
    assert "memory ran out" in part.message
    assert list(made.ledger.failures(made.opened.id)) == []
    assert 40 + after <= made.listed() < 80
    assert made.listed("Schema") == 2
    assert made.listed("StoredProcedure") == 4


def test_a_lane_that_hangs_for_good_is_replaced(bench: Make) -> None:
    """Three listings hang: calls of the first lane are broken off, the second lane cannot be helped."""
    where = [f"shop.db_00.schema_000{number}" for number in range(4)]
    once = {"at": "list", "action": "freeze", "times": 1}
    faults = [{**once, "where": each, "seconds": 20} for each in where[:3]]
    made = bench(schemas=4, tables=1500, faults=faults, estimates=None)
    begun: list[str] = []

    def impatient(ledger: Any, stop: StopFlag, *, stuck: Callable[[str], None], **_: Any) -> Heartbeat:
        begun.append("lane")
        return Heartbeat(ledger, stop, limit=1.0 - STALL_SECONDS, every=0.2, lease=2.0, stuck=stuck)

    with interruptible(StopFlag()) as alarm:
        run = made.work(stuck=alarm, heartbeat=impatient, budget=UnitBudget(pause=0.02))
    assert run.state == "complete"
    assert made.listed() == 6000
    assert len(begun) > 2


def test_slots_of_the_service_bound_nothing_alone(bench: Make) -> None:
    made = bench(schemas=5, limits={"connections": 1})
    assert made.work().state == "complete"
    assert made.listed() == 200


@contextmanager
def soon(seconds: float, stop: StopFlag) -> Iterator[None]:
    import threading

    timer = threading.Timer(seconds, stop.set, ["test"])
    timer.start()
    yield
    timer.cancel()
    timer.join()


def test_what_a_listing_names_twice_has_failed_and_is_stored_once(bench: Make) -> None:
    made = bench(repeated=[f"{SCHEMA}.t0000007", SCHEMA])
    for state in ("partial", "partial"):
        run = made.work()
        assert run.state == state
        assert "2 objects failed" in run.reason
        failed = [(each.type, each.fqn, each.reason) for each in made.ledger.failures(run.id)]
        assert sorted(failed) == [("Schema", SCHEMA, "duplicate"), ("Table", f"{SCHEMA}.t0000007", "duplicate")]
        stored = Catalog(made.ledger.db).stored(run.id)
        assert made.ledger.reconcile(run.id, stored) == []
        assert made.listed() == 41
        made = Bench(made.ledger, made.recipe, [root_of(made.recipe)])
