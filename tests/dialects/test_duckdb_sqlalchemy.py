"""DuckDB through its dialect: schemas of other databases are not ours, and one broken view spoils nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.common.sql.inspector.metadata import InspectorSource
from connectors.sqlalchemy.connection import SqlalchemyConnection
from specs.testing import harvest
from specs.topology.scope import Scope
from tests.dialects.crawled import Crawled, crawl, needs

needs("duckdb_sqlalchemy")
SQL = """
CREATE SCHEMA s1;
CREATE TABLE s1.orders (
    id BIGINT PRIMARY KEY, t TEXT NOT NULL DEFAULT 'x', n DECIMAL(10,2) CHECK (n > 0), l INTEGER[],
    st STRUCT(a INTEGER, b VARCHAR), m MAP(VARCHAR, INTEGER), h HUGEINT, e ENUM('a', 'b'), uq INT UNIQUE
);
COMMENT ON TABLE s1.orders IS 'all';
CREATE INDEX lowered ON s1.orders (lower(t));
CREATE TABLE gone (x INT);
CREATE VIEW s1.a_broken AS SELECT x FROM gone;
CREATE VIEW s1.v AS SELECT id FROM s1.orders;
CREATE TABLE plain (x INT);
DROP TABLE gone;
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    import duckdb

    path: Path = tmp_path_factory.mktemp("duck") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SQL)
    return f"duckdb+duckdb_sqlalchemy:///{path}"


def test_everything_is_read(url: str) -> None:
    found: Crawled = crawl(url)
    assert found.names == {"shop.s1.orders", "shop.s1.v", "shop.s1.a_broken", "shop.main.plain"}
    assert (found.outcomes, found.incomplete) == ([], [])
    columns = found.columns("s.shop.s1.orders")
    assert {name: str(each.type) for name, each in columns.items()} == {
        "id": "bigint", "t": "varchar", "n": "decimal", "l": "array", "st": "struct", "m": "map", "h": "hugeint",
        "e": "enum", "uq": "int",
    }  # fmt: skip
    assert [each.name for each in columns["st"].children] == ["a", "b"]
    assert found.table("s.shop.s1.orders").comment == "all"
    assert [each.name for each in found.table("s.shop.s1.orders").indexes] == ["lowered"]


def test_units_and_slices_yield_the_same(url: str) -> None:
    def build() -> InspectorSource:
        return InspectorSource("s", SqlalchemyConnection(url=url))

    assert harvest.walk_units(build).objects == harvest.walk_whole(build).objects


def test_presence_is_asked_by_our_names(url: str) -> None:
    source = InspectorSource("s", SqlalchemyConnection(url=url))
    try:
        assert source.exists("Table", Scope.of("s", "shop", "s1"), ["orders", "x"]) == {"orders": "yes", "x": "no"}
        assert source.exists("Schema", Scope.of("s", "shop"), ["s1", "nope"]) == {"s1": "yes", "nope": "no"}
    finally:
        source.close()
