"""What a lineage told of before is still found when it changed or is gone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scheduler.app.catalog.retention import gc
from specs.contracts.sink import TypedFqn
from specs.contracts.work import Row
from tests.workers.feed.told import remove, row, store
from workers.feed.subscription.fed_targets import PAGE_TELLERS, FedTargets
from workers.store.database import SqlDatabase

TOTALS, LATE = TypedFqn("Table", "shop.db.s.totals"), TypedFqn("Table", "shop.db.s.late")


def lineage(name: str, **fields: Any) -> Row:
    return row(f"shop.db.s.{name}", "Lineage", **fields)


def fqns(stored: FedTargets, target: TypedFqn) -> list[str]:
    return [json.loads(each)["fqn"] for each in stored.feeding(target)]


def test_targets_are_kept(db: SqlDatabase) -> None:
    stored = FedTargets(db)
    assert stored.targets("shop.db.s.fill", [TOTALS, LATE]) == [LATE, TOTALS]
    assert stored.targets("shop.db.s.fill", [TOTALS]) == [LATE, TOTALS]
    assert FedTargets(db).targets("shop.db.s.fill", []) == [LATE, TOTALS]
    assert stored.targets("shop.db.s.other", []) == []


def test_a_target_that_tells_of_itself_takes_no_row(db: SqlDatabase) -> None:
    stored = FedTargets(db)
    assert stored.targets(TOTALS.fqn, [TOTALS]) == [TOTALS]
    assert stored.targets(TOTALS.fqn, []) == []


def test_all_that_feeds_an_object_is_found(db: SqlDatabase) -> None:
    stored = FedTargets(db)
    tellers = [f"p{n:03}" for n in range(PAGE_TELLERS + 1)]
    store(db, row(TOTALS.fqn), lineage("totals"), *[lineage(each) for each in tellers])
    for each in tellers:
        stored.targets(f"shop.db.s.{each}", [TOTALS])
    assert fqns(stored, TOTALS) == [TOTALS.fqn, *[f"shop.db.s.{each}" for each in tellers]]
    remove(db, lineage("p000"), lineage("totals"))
    assert fqns(stored, TOTALS) == [f"shop.db.s.{each}" for each in tellers[1:]]
    assert fqns(stored, LATE) == []


def test_contents_are_of_what_is_there(db: SqlDatabase) -> None:
    store(db, row(TOTALS.fqn, "Table", comment="sums"))
    stored = FedTargets(db)
    assert json.loads(stored.content(TOTALS) or "")["comment"] == "sums"
    assert stored.content(LATE) is None
    remove(db, row(TOTALS.fqn, "Table"))
    assert stored.content(TOTALS) is None


@pytest.mark.parametrize("days", [0.0, 30.0])
def test_they_go_with_the_lineage_for_good(db: SqlDatabase, days: float) -> None:
    store(db, row("shop"), lineage("fill"), lineage("mend"))
    stored = FedTargets(db)
    for each in ("fill", "mend"):
        stored.targets(f"shop.db.s.{each}", [TOTALS])
    remove(db, lineage("fill"), at=1.0)
    gc(db, days=days)
    gc(db, days=days)
    assert stored.targets("shop.db.s.fill", []) == []
    assert stored.targets("shop.db.s.mend", []) == [TOTALS]
