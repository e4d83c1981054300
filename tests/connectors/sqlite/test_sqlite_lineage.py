"""Lineage of views of SQLite, whose texts stand as they were typed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.service_spec import spec
from tests.connectors import told_lineage
from tests.connectors.told_lineage import TABLES, Told, all_told

ESTATE = """
CREATE TABLE Orders (Id INTEGER PRIMARY KEY, customer INT, amount REAL, "odd.name" TEXT, doc TEXT);
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, country TEXT);
CREATE VIEW plain AS SELECT ID, AMOUNT * 2 AS twice FROM ORDERS;
CREATE VIEW renamed (a, b) AS SELECT name, country FROM main.customers;
CREATE VIEW "odd.view" AS SELECT [odd.name] AS `odd.name` FROM Orders;
CREATE VIEW joined AS SELECT c.name, sum(o.amount) AS total FROM orders o JOIN Customers c ON c.id = o.customer GROUP BY 1;
CREATE VIEW ranked AS WITH x AS (SELECT * FROM joined) SELECT x.*, rank() OVER (ORDER BY total) AS place FROM x;
CREATE VIEW united AS SELECT id, name FROM customers UNION ALL SELECT customer, amount FROM orders;
CREATE VIEW shared AS SELECT id, country FROM customers JOIN renamed ON a = name;
CREATE VIEW keys AS SELECT o.id, e.value AS item FROM orders o, json_each(o.doc) e;
CREATE VIEW counted AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i, name FROM n, customers;
CREATE TEMP VIEW passing AS SELECT * FROM orders;
"""  # noqa: E501
EXPECTED: dict[str, Told] = {
    "main.plain": {TABLES: ["main.Orders"], "Id": ["main.Orders.Id"], "twice": ["main.Orders.amount"]},
    "main.renamed": {TABLES: ["main.customers"], "a": ["main.customers.name"], "b": ["main.customers.country"]},
    "main.odd.view": {TABLES: ["main.Orders"], "odd.name": ["main.Orders.odd.name"]},
    "main.joined": {
        TABLES: ["main.Orders", "main.customers"],
        "name": ["main.customers.name"],
        "total": ["main.Orders.amount"],
    },
    "main.ranked": {
        TABLES: ["main.joined"],
        "name": ["main.joined.name"],
        "total": ["main.joined.total"],
        "place": ["main.joined.total"],
    },
    "main.united": {
        TABLES: ["main.Orders", "main.customers"],
        "id": ["main.Orders.customer", "main.customers.id"],
        "name": ["main.Orders.amount", "main.customers.name"],
    },
    "main.shared": {
        TABLES: ["main.customers", "main.renamed"],
        "id": ["main.customers.id"],
        "country": ["main.customers.country"],
    },
    "main.keys": {TABLES: ["main.Orders"], "Id": ["main.Orders.Id"], "item": ["main.Orders.doc"]},
    "main.counted": {TABLES: ["main.customers"], "i": [], "name": ["main.customers.name"]},
}


BODIES = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL);
CREATE TABLE audit (order_id INT, was REAL);
CREATE TABLE quiet (id INTEGER PRIMARY KEY);
CREATE VIEW shown AS SELECT id, amount FROM orders;
CREATE TRIGGER noted AFTER UPDATE ON orders BEGIN INSERT INTO audit VALUES (OLD.id, OLD.amount); END;
CREATE TRIGGER written INSTEAD OF INSERT ON shown BEGIN
    INSERT INTO orders (id, amount) VALUES (NEW.id, NEW.amount);
END;
CREATE TRIGGER silent AFTER DELETE ON quiet BEGIN DELETE FROM audit; END;
"""


def test_triggers_say_what_they_move(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(BODIES)
    config = SqliteConnection(path=str(path))
    catalog = told_lineage.stored(spec, config)
    found = told_lineage.events(told_lineage.lineage_source(spec, config, catalog, views=False))
    assert told_lineage.outcomes(found) == []
    made = told_lineage.entities(found)
    assert {name: told_lineage.moves(each) for name, each in made.items()} == {
        "main.orders.noted": {"main.audit": {
            TABLES: ["main.orders"], "order_id": ["main.orders.id"], "was": ["main.orders.amount"],
        }},
        "main.shown.written": {"main.orders": {
            TABLES: ["main.shown"], "id": ["main.shown.id"], "amount": ["main.shown.amount"],
        }},
    }  # fmt: skip


def test_views_say_what_they_are_made_of(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(ESTATE)
    assert all_told(spec, SqliteConnection(path=str(path))) == EXPECTED
