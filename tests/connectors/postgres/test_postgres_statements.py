"""Statements are names plus facets per thousand objects, however many schemas they are spread over."""

from __future__ import annotations

from contextlib import closing

import pytest

from connectors.postgres.driver.statements import statements
from specs.topology.engine import walk
from specs.topology.events import Found, Start
from specs.topology.node import Item
from specs.topology.scope import EVERYTHING, KeyRange, Scope
from tests.connectors.postgres.support import SERVICE, session, source

pytestmark = pytest.mark.server

SCHEMAS, TABLES = 10, 11


@pytest.fixture
def warehouse(postgres_database: str) -> str:
    with session(postgres_database) as other:
        for schema in range(SCHEMAS):
            other.execute(
                f"CREATE SCHEMA w{schema}; CREATE SEQUENCE w{schema}.s; CREATE TYPE w{schema}.e AS ENUM ('a');"
                f"CREATE FUNCTION w{schema}.f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
                + "".join(f"CREATE TABLE w{schema}.t{at:02} (id int PRIMARY KEY);" for at in range(TABLES))
            )
    return postgres_database


def packed(url: str, slice_: int) -> tuple[int, int, int]:
    """Statements, round trips and tables of one unit that holds all ten schemas."""
    with closing(source(url, slice_=slice_)) as one:
        scope = Scope.of(SERVICE, url.rsplit("/", 1)[1])
        start = Start("schema", scope, range=KeyRange("v", "x"))
        found = [event for event in walk(one, one.topology, start) if isinstance(event, Found)]
        return one.statements, one.driver.trips, sum(event.entity.type_name() == "Table" for event in found)


def test_a_packed_unit_costs_what_one_schema_does(warehouse: str) -> None:
    with closing(source(warehouse)) as one:
        slices = 1 + one.facets("type") + 1 + one.facets("sequence") + 1 + one.facets("table")
        slices += 1 + one.facets("stored_procedure")
    count, trips, tables = packed(warehouse, 1000)
    assert tables == SCHEMAS * TABLES
    assert count <= 1 + slices
    assert trips <= 11, "connect, schemas, names; rows, types and end of types and of tables; sequences; routines"


def test_slices_span_schemas(warehouse: str) -> None:
    few, trips, _ = packed(warehouse, 1000)
    more, more_trips, tables = packed(warehouse, 55)
    assert tables == SCHEMAS * TABLES
    assert more - few <= 7, "one more slice of tables, not one per schema"
    assert more_trips - trips <= 2, "its rows, and the end of its transaction"


def test_listing_and_preview_agree_and_previews_read_nothing(warehouse: str) -> None:
    with closing(source(warehouse, tables={"exclude": ["^t0[1-3]$"]})) as one:
        scope = Scope.of(SERVICE, warehouse.rsplit("/", 1)[1], "w3")
        one.identity()
        before = one.statements
        steps = list(one.preview("table", scope, EVERYTHING))
        assert one.statements == before + 1
        assert [step.key for step in steps] == [f"t{at:02}" for at in range(TABLES)]
        assert sum(isinstance(step, Item) for step in steps) == TABLES - 3
        assert [step.key for step in one.tables(scope, EVERYTHING)] == [step.key for step in steps]


def test_tables_with_foreign_keys_alone_have_no_triggers_to_read(postgres_database: str) -> None:
    tables = "CREATE SCHEMA k; CREATE TABLE k.a (id int PRIMARY KEY); CREATE TABLE k.b (id int REFERENCES k.a)"
    trigger = (
        "CREATE FUNCTION k.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER t AFTER INSERT ON k.b EXECUTE FUNCTION k.f()"
    )
    scope = Scope.of(SERVICE, postgres_database.rsplit("/", 1)[1])

    def having_triggers() -> list[str]:
        with closing(source(postgres_database)) as one:
            return [each.name for each in one.names_below("table", scope, ["k"]) if each.data[1]]

    with session(postgres_database, tables) as other:
        assert having_triggers() == []
        other.execute(trigger)
        assert having_triggers() == ["b"]


def test_estimates_count_the_objects_below(warehouse: str) -> None:
    with closing(source(warehouse)) as one:
        scope = Scope.of(SERVICE, warehouse.rsplit("/", 1)[1])
        found = {step.name: step.estimate for step in one.schemas(scope, EVERYTHING) if isinstance(step, Item)}
    assert found["w0"] == TABLES + 2


@pytest.mark.parametrize("major", range(13, 20))
def test_every_version_has_every_statement(major: int) -> None:
    found = statements(major)
    assert set(found) == set(statements(15))
    assert not any("-- from" in text or "-- before" in text for text in found.values())
    assert ("conenforced" in found["constraints"]) == (major >= 18)
    assert ("pg_get_function_sqlbody" in found["routines"]) == (major >= 14)
