"""ClickHouse through clickhouse-connect: texts of views, defaults, keys and more, which it does not tell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from specs.entities.database.constraints import ConstraintKind
from specs.entities.database.tables import TableType
from tests.dialects.crawled import Crawled, crawl, needs

needs("chdb", "clickhouse_connect")
SQL = (
    "CREATE DATABASE shop",
    "CREATE TABLE shop.orders (id UInt64, t String DEFAULT 'x' COMMENT 'tt', n Nullable(Decimal(10,2)),"
    " a Array(String), tup Tuple(a Int32, b String), at DateTime64(3, 'UTC'), mat UInt64 MATERIALIZED id + 1,"
    " al UInt64 ALIAS id * 2, INDEX skip t TYPE minmax GRANULARITY 1)"
    " ENGINE = MergeTree ORDER BY (id, t) PARTITION BY toYYYYMM(at) COMMENT 'all orders'",
    "CREATE VIEW shop.v AS SELECT id, t FROM shop.orders",
    "CREATE MATERIALIZED VIEW shop.mv ENGINE = MergeTree ORDER BY id AS SELECT id FROM shop.orders",
    "CREATE TABLE shop.plain (a Int32) ENGINE = Memory",
)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("clickhouse")
    command = [sys.executable, "-m", "tests.dialects.clickhouse_server", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            for statement in SQL:
                with urlopen(f"http://127.0.0.1:{port}/", data=statement.encode(), timeout=30) as answer:
                    assert answer.status == 200
            yield crawl(f"clickhousedb://default@127.0.0.1:{port}/shop")
        finally:
            server.kill()


def test_everything_is_read_and_nothing_of_the_system(crawled: Crawled) -> None:
    assert crawled.names == {"shop.shop.orders", "shop.shop.v", "shop.shop.mv", "shop.shop.plain"}
    assert (crawled.outcomes, crawled.incomplete) == ([], [])


def test_views_have_their_texts(crawled: Crawled) -> None:
    view, materialized = crawled.table("s.shop.shop.v"), crawled.table("s.shop.shop.mv")
    assert (view.table_type, view.view_definition) == (TableType.VIEW, "SELECT id, t FROM shop.orders")
    assert [each.native_type for each in view.columns] == ["UInt64", "String"]
    assert materialized.table_type == TableType.MATERIALIZED
    assert materialized.view_definition == "SELECT id FROM shop.orders"


def test_a_table_has_defaults_generated_columns_keys_and_indexes(crawled: Crawled) -> None:
    table, columns = crawled.table("s.shop.shop.orders"), crawled.columns("s.shop.shop.orders")
    assert table.comment == "all orders"
    assert columns["t"].default == "'x'"
    assert (columns["mat"].generated, columns["mat"].generated_kind) == ("id + 1", "stored")
    assert (columns["al"].generated, columns["al"].generated_kind) == ("id * 2", "virtual")
    assert columns["n"].nullable is True
    assert [each.columns for each in table.constraints if each.kind == ConstraintKind.PRIMARY_KEY] == [("id", "t")]
    assert [(each.name, each.columns, each.method) for each in table.indexes] == [("skip", ("t",), "minmax")]
    assert table.properties["sorting_key"] == "id, t"
    assert table.properties["partition_key"] == "toYYYYMM(at)"
