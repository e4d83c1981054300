"""Details that the catalog of the server hides or doubles."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from specs.topology.scope import Scope
from tests.connectors.postgres.support import SERVICE, as_role, entities, session, source

pytestmark = pytest.mark.server

PARTITIONED = """
CREATE TABLE target (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE target_1 PARTITION OF target FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE target_2 PARTITION OF target FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id);
CREATE TABLE target_2a PARTITION OF target_2 DEFAULT;
CREATE TABLE plain (id int, at date, CONSTRAINT points FOREIGN KEY (id, at) REFERENCES target);
CREATE TABLE split (id int, at date, CONSTRAINT points FOREIGN KEY (id, at) REFERENCES target) PARTITION BY HASH (id);
CREATE TABLE split_1 PARTITION OF split FOR VALUES WITH (MODULUS 1, REMAINDER 0);
"""


def keys(table: Any) -> list[tuple[str, str]]:
    return [(each.name, each.referred_table.rpartition(".")[2]) for each in table.constraints if each.referred_table]


def test_a_key_into_a_partitioned_table_is_one_key(each_postgres_database: str) -> None:
    with session(each_postgres_database, PARTITIONED):
        found = entities(each_postgres_database, partitions=True)
    for name in ("plain", "split", "split_1"):
        assert keys(found[f"Table public.{name}"]) == [("points", "target")], name


def test_a_column_is_as_nullable_as_its_domain(each_postgres_database: str) -> None:
    domains = (
        "CREATE DOMAIN strict AS int NOT NULL",
        "CREATE DOMAIN stricter AS strict CHECK (VALUE > 0)",
        "CREATE DOMAIN loose AS int",
        "CREATE TABLE t (a strict, b stricter, c loose, d loose NOT NULL)",
    )
    with session(each_postgres_database, *domains):
        columns: Any = entities(each_postgres_database)["Table public.t"]
    assert [each.nullable for each in columns.columns] == [False, False, True, False]


def test_last_values_of_sequences_are_read_on_request(each_postgres_database: str) -> None:
    create = ("CREATE SEQUENCE used", "SELECT nextval('used')", "SELECT nextval('used')", "CREATE SEQUENCE fresh")
    role = ("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN PASSWORD 'secret'")
    with session(each_postgres_database, *create, *role) as admin:
        plain: Any = entities(each_postgres_database)
        asked: Any = entities(each_postgres_database, sizes=True)
        denied: Any = entities(as_role(each_postgres_database, "reader", "secret"), sizes=True)
        admin.execute("DROP ROLE reader")
    name = "Sequence public.used"
    assert (plain[name].last_value, asked[name].last_value, denied[name].last_value) == (None, 2, None)
    assert asked["Sequence public.fresh"].last_value is None


def test_a_database_without_an_encoding(each_postgres_database: str) -> None:
    """``SQL_ASCII`` holds any bytes: what is no text shows up escaped, and hides nothing else."""
    head, _, name = each_postgres_database.rpartition("/")
    other = f"{head}/{name}_ascii"
    with session(each_postgres_database) as admin:
        admin.execute(f'CREATE DATABASE "{name}_ascii" ENCODING sql_ascii TEMPLATE template0 LOCALE "C"')
        try:
            with session(other, "CREATE TABLE plain (a int)", "SET client_encoding = 'SQL_ASCII'") as raw:
                raw.execute('CREATE TABLE "größe" (a int)'.encode())
                raw.execute('CREATE SCHEMA "gr\xf6\xdfe"'.encode("latin1"))
                raw.execute('CREATE TABLE "gr\xf6\xdfe"."gr\xf6\xdfe" ("\xe4" int[])'.encode("latin1"))
                raw.execute("COMMENT ON TABLE plain IS 'caf\xe9'".encode("latin1"))
            found: Any = entities(other)
            with closing(source(other)) as one:
                scope = Scope.of(SERVICE, f"{name}_ascii", r"gr\xf6\xdfe")
                there = one.exists("Table", scope, [r"gr\xf6\xdfe", "größe"])
        finally:
            admin.execute(f'DROP DATABASE "{name}_ascii" WITH (FORCE)')
    odd = r"gr\xf6\xdfe"
    assert {key for key in found if key.startswith("Table")} == {
        "Table public.plain", "Table public.größe", f"Table {odd}.{odd}"
    }  # fmt: skip
    assert found["Table public.plain"].comment == r"caf\xe9"
    assert [each.name for each in found[f"Table {odd}.{odd}"].columns] == [r"\xe4"]
    assert there == {odd: "yes", "größe": "no"}
