"""A line that lets only little pass, and a source that never answers: smaller slices, and an end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from scheduler.control.openings import root_of
from scheduler.control.reconciler import Reconciler
from specs.contracts.assignment import Assignment, Opening, UnitBudget
from specs.contracts.work import Run
from specs.errors import Retry
from specs.recipe.recipe import Recipe
from specs.topology.read_mode import FULL, ReadMode
from workers.catalog import Catalog
from workers.embedded.solo import solo
from workers.ledger import SqlLedger
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase, open_database
from workers.unit.runner import _wait
from workers.unit.source.slice_width import SliceWidth
from workers.unit.times import LONGEST_DELAY_SECONDS


@pytest.fixture
def db(tmp_path: Path) -> Any:
    opened = open_database(f"sqlite:///{tmp_path / 'catalog.db'}")
    yield opened
    opened.close()


def crawled(db: SqlDatabase, **connection: Any) -> Run:
    size = {"schemas": 1, "tables": 60, "columns": 1, "views": 0}
    recipe = Recipe.from_dict({
        "service": {"name": "shop", "type": "specs.testing.fake:spec"},
        "connection": size | connection,
        "deletion": {"max_fraction": 1},
    })  # fmt: skip
    ledger = SqlLedger(db)
    opened = ledger.open_run(Opening("shop", "fake", recipe.to_dict(), (root_of(recipe),), slots=2), now=time.time())
    tick = Reconciler(ledger, opened.id, ledger.outstanding).tick
    solo(ledger, Assignment(opened.id, recipe, budget=UnitBudget(pause=0.001)), StopFlag(), tick)
    return ledger.run(opened.id)


@pytest.mark.parametrize("line", [1, 10, 40])
def test_a_unit_gets_on_with_smaller_slices(db: SqlDatabase, line: int) -> None:
    run = crawled(db, line=line)
    assert (run.state, run.reason) == ("complete", "")
    assert Catalog(db).stored(run.id)["Table"] == 60


def test_suspects_are_asked_about_in_pieces(db: SqlDatabase) -> None:
    crawled(db)
    run = crawled(db, line=10, dropped=[f"shop.db_00.schema_0000.t{n:07d}" for n in range(40)])
    assert run.state == "complete"
    assert Catalog(db).missing(run.id) == {"Table": 40}


def test_a_source_that_never_answers_ends_the_run_of_one_command(db: SqlDatabase) -> None:
    """Without an end, each of the forty schemas would be tried on for all of its attempts."""
    faults = [{"at": "list", "where": f"shop.db_00.schema_{n:04d}", "action": "retry"} for n in range(40)]
    run = crawled(db, schemas=40, estimates=None, faults=faults)
    assert run.state == "failed"
    assert "shop failed 8 times in a row: the connection was lost" in run.reason


def test_slices_shrink_and_grow_by_steps() -> None:
    narrowing, reading, sizes = SliceWidth(), ReadMode(), []
    narrowing.begin(reading)
    while narrowing.smaller(reading):
        sizes.append(reading.slice)
    assert sizes == [125, 15, 1]
    assert reading.page == 4
    other = ReadMode(slice=250)
    narrowing.begin(other)
    assert (other.slice, other.most) == (1, 1)
    for _ in range(10):
        narrowing.well()
    narrowing.begin(other := ReadMode())
    assert (other.slice, other.most, other.page) == (FULL, FULL, None)


def test_what_the_source_asks_for_grows_and_is_never_cut_short() -> None:
    assert [_wait(Retry("conflict", delay=5.0), tries, 0.0) for tries in (1, 2, 3, 9)] == [
        5.0,
        10.0,
        20.0,
        LONGEST_DELAY_SECONDS,
    ]
    assert _wait(Retry("throttled", delay=300.0), 3, 0.0) == 300.0
    assert 0 <= _wait(Retry("lost"), 1, 0.5) <= 1.0
