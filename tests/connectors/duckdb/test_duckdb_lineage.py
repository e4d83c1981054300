"""Lineage of views of DuckDB, which rewrites their texts."""

from __future__ import annotations

from pathlib import Path

from connectors.duckdb.connection import DuckdbConnection
from connectors.duckdb.service_spec import spec
from tests.connectors.duckdb.support import make
from tests.connectors.told_lineage import TABLES, Told, all_told

ESTATE = (
    "CREATE SCHEMA raw",
    "CREATE TABLE raw.Orders (Id int PRIMARY KEY, customer int, amount decimal(10, 2), tags text[])",
    "CREATE TABLE raw.customers (id int PRIMARY KEY, name text, country text)",
    "CREATE VIEW plain AS SELECT ID, AMOUNT * 2 AS twice FROM RAW.ORDERS",
    "CREATE VIEW renamed (a, b) AS SELECT name, country FROM shop.raw.customers",
    "CREATE VIEW thin AS SELECT * EXCLUDE (country) FROM raw.customers",
    "CREATE VIEW joined AS SELECT c.name, sum(o.amount) AS total FROM raw.orders o JOIN raw.customers c "
    "ON c.id = o.customer GROUP BY ALL",
    "CREATE VIEW ranked AS SELECT name, total FROM shop.joined QUALIFY row_number() OVER (ORDER BY total) < 3",
    "CREATE VIEW tags AS SELECT id, unnest(tags) AS tag FROM raw.orders",
    "CREATE VIEW counted AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) "
    "SELECT i, name FROM n, raw.customers",
)
EXPECTED: dict[str, Told] = {
    "main.plain": {TABLES: ["raw.Orders"], "Id": ["raw.Orders.Id"], "twice": ["raw.Orders.amount"]},
    "main.renamed": {TABLES: ["raw.customers"], "a": ["raw.customers.name"], "b": ["raw.customers.country"]},
    "main.thin": {TABLES: ["raw.customers"], "id": ["raw.customers.id"], "name": ["raw.customers.name"]},
    "main.joined": {
        TABLES: ["raw.Orders", "raw.customers"],
        "name": ["raw.customers.name"],
        "total": ["raw.Orders.amount"],
    },
    "main.ranked": {TABLES: ["main.joined"], "name": ["main.joined.name"], "total": ["main.joined.total"]},
    "main.tags": {TABLES: ["raw.Orders"], "Id": ["raw.Orders.Id"], "tag": ["raw.Orders.tags"]},
    "main.counted": {TABLES: ["raw.customers"], "i": [], "name": ["raw.customers.name"]},
}


def test_views_say_what_they_are_made_of(tmp_path: Path) -> None:
    path = make(tmp_path / "shop.duckdb", *ESTATE)
    assert all_told(spec, DuckdbConnection(path=str(path))) == EXPECTED
