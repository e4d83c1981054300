"""What a lineage told of before is still found when it changed or is gone."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest

from scheduler.app.catalog.retention import gc
from specs.contracts.assignment import Opening
from specs.contracts.sink import TypedFqn
from specs.contracts.work import Row
from specs.errors import Retry
from specs.recipe.recipe import ServiceRef
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.servers.catalogs import DataHub
from tests.servers.receiver import Fault, Receiver
from tests.workers.feed.told import following, registered, remove, row, store
from workers.feed.subscription.fed_targets import PAGE_TELLERS, FedTargets
from workers.ledger import SqlLedger
from workers.sinks.datahub.config import DataHubConfig
from workers.sinks.datahub.sink import DataHubSink
from workers.sinks.datahub.urns import UrnNames
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


def test_where_a_server_is_comes_from_the_latest_recipe(db: SqlDatabase) -> None:
    stored, start = FedTargets(db), (Start("service", Scope.of("shop")),)
    assert stored.namespace("shop") is None
    for at, host in enumerate(("old", "new"), 1):
        recipe = {"service": {"name": "shop", "type": "postgres"}, "connection": {"host": host}}
        SqlLedger(db).open_run(Opening("shop", "postgres", recipe, start, slots=1), now=float(at))
    assert stored.namespace("shop") == "postgres://new:5432"


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


def test_what_a_lost_answer_told_is_taken_back(db: SqlDatabase) -> None:
    """A receiver takes lineage, the sink does not learn of it, and then the lineage names that target no more."""

    def fills(*targets: TypedFqn) -> Row:
        flows = [{"target": each.fqn, "edges": [{"source": "shop.db.s.orders"}]} for each in targets]
        return lineage("fill", target_type="StoredProcedure", evidence="procedure", flows=flows)

    tables = [row(fqn, "Table", table_type="regular", columns=[]) for fqn in (TOTALS.fqn, LATE.fqn, "shop.db.s.orders")]
    store(db, row("shop"), row("shop.db"), row("shop.db.s"), *tables, fills(TOTALS, LATE))
    followers, made = registered(db), UrnNames("postgres", "PROD", None)
    with Receiver(DataHub(), [None, Fault("die")]) as receiver:
        config = DataHubConfig.model_validate({"type": "datahub", "url": receiver.url, "timeout": 5})
        service = ServiceRef(name="shop", type="postgres")
        with closing(DataHubSink(config, service, FedTargets(db))) as sink, pytest.raises(Retry):
            following(db, followers, sink).feed()
        store(db, fills(TOTALS))
        with closing(DataHubSink(config, service, FedTargets(db))) as sink:
            following(db, followers, sink).feed()
        work = receiver.work
        assert isinstance(work, DataHub)
        found = {
            each: [up["dataset"] for up in work.aspects[made.dataset(each.fqn), "upstreamLineage"]["upstreams"]]
            for each in (TOTALS, LATE)
        }
    assert found == {TOTALS: [made.dataset("shop.db.s.orders")], LATE: []}
