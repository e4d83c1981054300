"""Files of SQLite through drivers of others: libSQL and Turso."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from specs.entities.database.constraints import ConstraintKind
from specs.errors import Fatal
from tests.dialects.crawled import Crawled, crawl, needs

SQL = """
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, t TEXT NOT NULL DEFAULT 'x', n NUMERIC(10,2) CHECK (n > 0), b BLOB, v VARCHAR(7), x,
    CONSTRAINT once UNIQUE (t, v)
);
CREATE TABLE items (order_id INTEGER REFERENCES orders (id), pos INT, PRIMARY KEY (order_id, pos));
CREATE TABLE coded (code VARCHAR(7) UNIQUE, label TEXT);
CREATE UNIQUE INDEX lowered ON coded (lower(label), code);
CREATE INDEX part ON orders (t) WHERE n > 5;
CREATE VIEW v AS SELECT id, t FROM orders;
"""
DRIVERS = {"libsql": "sqlalchemy_libsql", "turso": "turso", "pysqlite": "sqlite3"}


@pytest.fixture(params=sorted(DRIVERS))
def crawled(request: pytest.FixtureRequest, tmp_path: Path) -> Crawled:
    needs(DRIVERS[request.param])
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(SQL)
    return crawl(f"sqlite+{request.param}:///{tmp_path / 'shop.db'}")


def test_everything_is_read(crawled: Crawled) -> None:
    assert crawled.names == {"shop.main.orders", "shop.main.items", "shop.main.coded", "shop.main.v"}
    assert crawled.incomplete == []
    orders = crawled.columns("s.shop.main.orders")
    assert [each.native_type.partition("(")[0] for each in orders.values()] == [
        "INTEGER", "TEXT", "NUMERIC", "BLOB", "VARCHAR", ""
    ]  # fmt: skip
    assert (orders["t"].nullable, orders["t"].default) == (False, "'x'")
    kinds = {each.kind: each.columns for each in crawled.table("s.shop.main.orders").constraints}
    assert kinds == {
        ConstraintKind.PRIMARY_KEY: ("id",), ConstraintKind.UNIQUE: ("t", "v"), ConstraintKind.CHECK: ()
    }  # fmt: skip
    (key,) = [each for each in crawled.table("s.shop.main.items").constraints if each.referred_table]
    assert key.referred_table == "s.shop.main.orders"
    assert [(each.name, each.predicate) for each in crawled.table("s.shop.main.orders").indexes] == [("part", "n > 5")]
    assert crawled.table("s.shop.main.v").view_definition == "CREATE VIEW v AS SELECT id, t FROM orders"


def test_keys_and_indexes_over_expressions_are_found(crawled: Crawled) -> None:
    table = crawled.table("s.shop.main.coded")
    assert crawled.outcomes == []
    assert [(each.name, [part.replace(" ", "") for part in each.columns], each.unique) for each in table.indexes] == [
        ("lowered", ["lower(label)", "code"], True)
    ]
    assert [each.columns for each in table.constraints if each.kind == ConstraintKind.UNIQUE] == [("code",)]


@pytest.mark.parametrize("driver", sorted(DRIVERS))
def test_a_file_is_never_made(driver: str, tmp_path: Path) -> None:
    needs(DRIVERS[driver])
    with pytest.raises(Fatal, match="no such file"):
        crawl(f"sqlite+{driver}:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []
