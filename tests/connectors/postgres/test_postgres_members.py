"""What lies in a schema is found by what depends on it, and is the same as what its names find."""

from __future__ import annotations

from contextlib import closing

import pytest

from connectors.postgres.listing.contents import Contents
from connectors.postgres.listing.names import LISTINGS
from specs.topology.node import Item
from specs.topology.scope import EVERYTHING, KeyRange, Scope
from tests.connectors.postgres.support import SERVICE, session, source

pytestmark = pytest.mark.server

EVERY_NAME = KeyRange("\x01", None)
ESTATE = """
CREATE SCHEMA one; CREATE SCHEMA two; CREATE SCHEMA three; CREATE SCHEMA nothing;
CREATE TYPE one.label AS ENUM ('a'); CREATE TYPE one.pair AS (a int, b int); CREATE DOMAIN one.short AS text;
CREATE TYPE one.span AS RANGE (subtype = int4); CREATE TYPE one.shell;
CREATE TABLE one.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial, v one.pair);
CREATE TABLE one.p (id int) PARTITION BY RANGE (id);
CREATE TABLE two.p1 PARTITION OF one.p FOR VALUES FROM (0) TO (9);
CREATE VIEW two.v AS SELECT * FROM one.t; CREATE MATERIALIZED VIEW two.m AS SELECT 1 AS n; CREATE SEQUENCE two.s;
CREATE FUNCTION one.f(one.label) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION two.own(n regnamespace DEFAULT 'two'::regnamespace) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION two.other(n regnamespace DEFAULT 'one'::regnamespace) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE COLLATION three.c FROM "C"; CREATE TABLE public.moved (id serial PRIMARY KEY, k one.label);
ALTER TABLE public.moved SET SCHEMA three; CREATE TABLE public.t (id int);
CREATE PROCEDURE public.q() LANGUAGE sql AS '';
"""
SCHEMAS = ["one", "two", "three", "nothing", "public", "information_schema", "pg_catalog"]


@pytest.fixture
def estate(each_postgres_database: str) -> str:
    with session(each_postgres_database, ESTATE):
        return each_postgres_database


def test_what_depends_on_a_schema_is_what_its_names_find(estate: str) -> None:
    with closing(source(estate)) as one:
        one.driver.use(estate.rsplit("/", 1)[1])
        for node in LISTINGS:
            found = one.names.names(node, SCHEMAS, EVERYTHING)
            assert found == one.names.names(node, SCHEMAS, EVERY_NAME), node
            places = {each.schema for each in found}
            assert places >= ({"three", "pg_catalog"} if node == "schema_object" else {"one"}), node
            assert node in ("sequence", "schema_object") or "pg_catalog" in places, node
            if node == "stored_procedure":
                keys = [each.key for each in found if each.schema == "two"]
                assert keys == ["other(regnamespace)", "own(regnamespace)"]


def test_no_kind_is_asked_for_that_the_schemas_do_not_have(estate: str) -> None:
    scope = Scope.of(SERVICE, estate.rsplit("/", 1)[1])
    with closing(source(estate)) as one:
        items = [step for step in one.schemas(scope, EVERYTHING) if isinstance(step, Item)]
        assert {item.name: item.estimate for item in items} == {
            "nothing": 0,
            "one": 10,  # a range brings five functions
            "public": 2,
            "three": 2,
            "two": 5,
        }
        having = {node: one.names.contents.having(node, [item.name for item in items]) for node in LISTINGS}
        assert having == {
            "type": ["one"],
            "sequence": ["one", "three", "two"],
            "table": ["one", "public", "three", "two"],
            "stored_procedure": ["one", "public", "two"],
            "schema_object": ["three"],
        }
        before = one.statements
        for node in LISTINGS:
            assert one.names.names(node, ["nothing"], EVERYTHING, ahead=True) == []
        assert one.statements == before


def test_names_of_all_kinds_come_in_one_round_trip_and_are_new_for_each_unit(estate: str) -> None:
    scope = Scope.of(SERVICE, estate.rsplit("/", 1)[1])
    with closing(source(estate)) as one, session(estate) as other:
        list(one.schemas(scope, EVERYTHING))
        before = one.driver.trips
        found = {node: one.names.names(node, ["one", "two"], EVERYTHING, ahead=True) for node in LISTINGS}
        assert one.driver.trips == before + 1
        assert found == {node: one.names.names(node, ["one", "two"], EVERYTHING) for node in LISTINGS}
        one.names.names("type", ["one", "two"], EVERYTHING, ahead=True)
        other.execute("CREATE SEQUENCE two.late")
        one.begin(one.reading)
        names = [each.name for each in one.names.names("sequence", ["one", "two"], EVERYTHING, ahead=True)]
        assert "late" in names


def test_of_schemas_that_nothing_is_known_of_everything_is_asked() -> None:
    contents = Contents()
    contents.learn([("a", 1, None, None, 3, ["table"]), ("b", 2, None, None, 3000, None)])
    assert contents.having("type", ["a", "b", "c"]) == ["b", "c"]
    assert contents.few(["a", "b"])
    assert not contents.few(["a", "c"])
    contents.forget()
    assert contents.having("type", ["a"]) == ["a"]
