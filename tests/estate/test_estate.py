"""The sample estate holds what its ground truth says, asked from the servers themselves."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import duckdb
import psycopg

from tests.estate import build, truth, wide
from tests.servers import mariadb


def test_every_postgres_version_holds_the_same_shop(each_postgres_database: str) -> None:
    build.build_postgres(each_postgres_database)
    with psycopg.connect(each_postgres_database) as connection:
        found = connection.execute(
            "SELECT nspname, relkind::text, count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname IN ('catalog', 'ops', 'sales') AND relkind IN ('r', 'v', 'm', 'p', 'f')"
            " AND NOT relispartition GROUP BY 1, 2"
        ).fetchall()
        widest = connection.execute("SELECT max(relnatts) FROM pg_class WHERE relname = 'wide_metrics'").fetchone()
    kinds = {"r": "regular", "v": "view", "m": "materialized_view", "p": "partitioned", "f": "foreign"}
    counts: dict[str, dict[str, int]] = {}
    for schema, kind, n in found:
        counts.setdefault(schema, {})[kinds[kind]] = n
    assert counts == truth.TABLES["postgres"]
    assert widest == (wide.COLUMNS,)


def test_mariadb_holds_the_shop_under_any_prefix(mariadb_url: str) -> None:
    schemas = build.build_mariadb(mariadb_url, prefix="other_")
    try:
        with mariadb.connect(mariadb_url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_schema, count(*) FROM information_schema.tables"
                " WHERE table_schema LIKE 'other\\_%' AND table_type <> 'SEQUENCE' GROUP BY 1"
            )
            counts = dict(cursor.fetchall())
    finally:
        with mariadb.connect(mariadb_url) as connection, connection.cursor() as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            for schema in schemas:
                cursor.execute(f"DROP DATABASE `{schema}`")
    expected = {schema.replace("shop_", "other_"): sum(n.values()) for schema, n in truth.TABLES["mariadb"].items()}
    assert counts == expected


def test_the_sqlite_file_holds_the_shop(tmp_path: Path) -> None:
    connection = sqlite3.connect(build.build_sqlite(tmp_path / "shop.db"))
    try:
        kinds = dict(
            connection.execute("SELECT type, count(*) FROM pragma_table_list WHERE schema = 'main' GROUP BY 1")
        )
        own = connection.execute(
            "SELECT count(*) FROM pragma_table_list WHERE name GLOB 'sqlite_*' AND schema = 'main'"
        )
        kinds["table"] -= own.fetchone()[0]
        odd = connection.execute("SELECT name FROM sqlite_master WHERE name IN (?, ?, ?)", truth.ODD_NAMES).fetchall()
    finally:
        connection.close()
    expected = truth.TABLES["sqlite"]["main"]
    assert (kinds["table"], kinds["view"], kinds["virtual"]) == tuple(
        expected[kind] for kind in ("regular", "view", "virtual")
    )
    assert len(odd) == len(truth.ODD_NAMES)


def test_the_duckdb_file_holds_the_shop(tmp_path: Path) -> None:
    with duckdb.connect(str(build.build_duckdb(tmp_path / "shop.duckdb"))) as connection:
        found = connection.execute("SELECT schema_name, count(*) FROM duckdb_tables() GROUP BY 1").fetchall()
    assert dict(found) == {schema: counts["regular"] for schema, counts in truth.TABLES["duckdb"].items()}


def test_counts_and_tables_agree() -> None:
    for flavour, schemas in truth.TABLES.items():
        assert sum(n for kinds in schemas.values() for n in kinds.values()) == truth.COUNTS[flavour]["Table"]


def test_differences_name_the_place() -> None:
    column = SimpleNamespace(name="a", type="int")
    table = SimpleNamespace(columns=(column,), comment="Hello ")
    assert list(truth.differences(table, {"comment": "hello", "columns": {"a": {"type": "int"}}})) == []
    assert list(truth.differences(table, {"columns": {"a": {"type": "text"}, "b": {}}})) == [
        "columns[a].type: 'int', not 'text'",
        "columns: no 'b'",
    ]
