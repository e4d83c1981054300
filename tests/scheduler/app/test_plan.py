"""A plan says what the crawl then does."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scheduler.app.plan import Plan, make
from scheduler.app.runs.crawl import crawl
from scheduler.recipes.loader import load
from specs.config import MetadataExtract
from specs.errors import Fatal
from specs.service_spec import METADATA
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.engine import walk
from specs.topology.events import Event, Found, Reported, Spawned, Start
from specs.topology.scope import Scope
from workers.unit.source.sources import build


def source(extract: dict[str, Any] | None = None, **settings: Any) -> FakeSource:
    return FakeSource("shop", FakeConnection(**settings), MetadataExtract.model_validate(extract or {}))


def planned(extract: dict[str, Any] | None = None, **settings: Any) -> Plan:
    return make({METADATA: source(extract, **settings)}, "shop", "fake")


def crawled(extract: dict[str, Any] | None = None, **settings: Any) -> tuple[int, dict[str, int]]:
    """Units, and kept objects per type, of the real walk."""
    pending, units = [Start("service", Scope.of("shop"), ["shop", "shop", {}, None])], 0
    counts: dict[str, int] = {}
    while pending:
        start = pending.pop()
        units += 1
        reader = source(extract, **settings)
        events: list[Event] = list(walk(reader, reader.topology, start))
        for event in events:
            if isinstance(event, Spawned):
                pending.append(event.start)
            elif isinstance(event, Found):
                counts[event.entity.type_name()] = counts.get(event.entity.type_name(), 0) + 1
            else:
                assert not isinstance(event, Reported) or event.outcome.kind == "filtered"
    return units, counts


@pytest.mark.parametrize(
    ("extract", "settings"),
    [
        (None, {"schemas": 3, "tables": 10}),
        ({"tables": {"exclude": ["3$"]}}, {"schemas": 3, "tables": 30, "triggers": 0.5}),
        (None, {"schemas": 40, "tables": (100, 5), "procedures": 4, "sequences": 2, "types": 1}),
        (None, {"schemas": 2, "tables": 7000, "columns": 1}),
        ({"tables": {"exclude": ["3$"]}, "views": False}, {"schemas": 4, "tables": 30, "odd_names": True}),
        ({"schemas": {"include": ["_0001"]}}, {"databases": 3, "schemas": 4}),
        (None, {"schemas": 0}),
        (None, {"databases": 0}),
    ],
)
def test_a_plan_is_what_the_crawl_does(extract: dict[str, Any] | None, settings: dict[str, Any]) -> None:
    plan = planned(extract, **settings)
    units, kept = crawled(extract, **settings)
    assert len(plan.units) == units
    assert {type_: tally.kept for type_, tally in plan.entities.items() if tally.kept} == kept
    assert plan.rows == sum(kept.values())
    for tally in plan.entities.values():
        assert tally.listed == tally.kept + tally.filtered + tally.failed


def test_every_rule_tells_what_it_drops() -> None:
    plan = planned({"tables": {"exclude": ["3$"]}, "schemas": {"exclude": ["_0000"]}}, schemas=3, tables=40, views=0)
    rules = {(rule.type, rule.rule): rule for rule in plan.filters}
    assert rules["Schema", "schemas.exclude: _0000"].samples == ["shop.db_00.schema_0000"]
    dropped = rules["Table", "tables.exclude: 3$"]
    assert dropped.count == 8
    assert len(dropped.samples) == 3


def test_a_listing_that_is_denied_is_incomplete_and_the_rest_is_planned() -> None:
    fault = {"at": "list", "node": "schema", "where": "shop.db_00", "action": "stop"}
    plan = planned(databases=2, schemas=2, faults=[fault])
    assert [each["scope"] for each in plan.incomplete] == ["shop.db_00"]
    assert plan.entities["Schema"].kept >= 2


def test_a_source_that_is_lost_ends_the_plan() -> None:
    fault = {"at": "list", "node": "database", "where": "shop", "action": "fatal"}
    with pytest.raises(Fatal):
        planned(faults=[fault])


def test_statements_are_names_and_facets_per_slice() -> None:
    plan = planned(schemas=1, tables=2500)
    table = next(unit for unit in plan.units if unit.node == "schema")
    assert table.objects == 2500
    assert table.statements == (1 + 2 * 3) + 3


@pytest.mark.parametrize("estate", ["sqlite_estate", "duckdb_estate", "postgres_estate", "mariadb_estate"])
def test_the_plan_of_a_real_source_is_what_its_crawl_does(
    estate: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    found = request.getfixturevalue(estate)
    url = f"{estate.partition('_')[0]}:///{found}" if isinstance(found, Path) else str(found)
    loaded = load(url, lambda name: name, name="shop")
    reader = build(loaded.recipe, loaded.secrets)
    try:
        plan = make({METADATA: reader}, "shop", loaded.recipe.service.type)
    finally:
        reader.close()
    summary = crawl(loaded.recipe, catalog=f"sqlite:///{tmp_path}/c.db", secrets=loaded.secrets)
    kept = {type_: tally.kept for type_, tally in plan.entities.items() if tally.kept}
    assert kept == {type_: tally.emitted for type_, tally in summary.entities.items() if tally.emitted}
    assert "Trigger" in kept or estate == "duckdb_estate"
    # Beside what is planned: two connections are opened; MySQL's settings are set and checked and our grants asked for.
    opened = 2 * 6 + 3 * 2 if estate == "mariadb_estate" else 5
    assert plan.statements <= summary.statements <= plan.statements + opened
    assert plan.spent <= summary.statements


def test_planning_many_small_schemas_costs_no_more_than_crawling_them(tmp_path: Path) -> None:
    path = tmp_path / "many.duckdb"
    with duckdb.connect(str(path)) as connection:
        for n in range(120):
            connection.execute(f"CREATE SCHEMA s{n}; CREATE TABLE s{n}.t (id int); CREATE VIEW s{n}.v AS SELECT 1")
    loaded = load(f"duckdb:///{path}", lambda name: name)
    reader = build(loaded.recipe, {})
    try:
        plan = make({METADATA: reader}, "many", "duckdb")
    finally:
        reader.close()
    summary = crawl(loaded.recipe, catalog=f"sqlite:///{tmp_path}/c.db")
    assert plan.spent <= summary.statements < 120


def test_a_plan_reads_no_objects() -> None:
    reader = source(schemas=10, tables=50)
    assert make({METADATA: reader}, "shop", "fake").spent < 60


def test_filter_patterns_that_make_no_difference_are_named() -> None:
    extract = {
        "databases": {"include": ["^db_"]},
        "schemas": {"include": ["_0001$", "^shcema"], "exclude": ["^tmp_"]},
        "tables": {"exclude": ["3$", "^zzz"]},
        "views": False,
        "stored_procedures": {"include": ["^p000001", "^q"]},
    }
    found = planned(extract, schemas=3, tables=10, procedures=4)
    assert found.idle_filters == [
        "schemas.include: ^shcema", "stored_procedures.include: ^q", "schemas.exclude: ^tmp_", "tables.exclude: ^zzz",
    ]  # fmt: skip


def test_what_a_listing_names_twice_is_planned_as_it_will_be_crawled() -> None:
    twice = ["shop.db_00.schema_0001", "shop.db_00.schema_0001.t0000002", "shop.db_00.schema_0000.t0000003"]
    found = planned(schemas=2, tables=10, views=0.0, repeated=twice)
    assert (found.entities["Schema"].kept, found.entities["Schema"].failed) == (2, 1)
    assert (found.entities["Table"].kept, found.entities["Table"].failed) == (20, 2)
