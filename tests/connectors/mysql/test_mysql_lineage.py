"""Lineage of views of MariaDB, over several databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.service_spec import spec
from tests.connectors import told_lineage
from tests.connectors.told_lineage import TABLES, Told, all_told
from tests.servers.mariadb import connect

pytestmark = pytest.mark.server

RAW, MART = "lineage_raw", "lineage_mart"
ESTATE = """
CREATE TABLE lineage_raw.Orders (Id int PRIMARY KEY, customer int, amount decimal(10, 2), day date);
CREATE TABLE lineage_raw.customers (id int PRIMARY KEY, name text, country text);
CREATE VIEW lineage_mart.plain AS SELECT ID, AMOUNT * 2 AS twice FROM lineage_raw.Orders;
CREATE VIEW lineage_mart.renamed (a, b) AS SELECT * FROM (SELECT name, country FROM lineage_raw.customers) AS x;
CREATE VIEW lineage_mart.joined AS
    SELECT c.name, sum(o.amount) AS total FROM lineage_raw.Orders o JOIN lineage_raw.customers c ON c.id = o.customer
    GROUP BY c.name;
CREATE VIEW lineage_mart.ranked AS SELECT name, rank() OVER (ORDER BY total) AS place FROM lineage_mart.joined;
CREATE VIEW lineage_mart.united AS SELECT id, name FROM lineage_raw.customers UNION SELECT customer, day FROM lineage_raw.Orders;
CREATE VIEW lineage_mart.counted AS
    WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3)
    SELECT n.i, c.name FROM n CROSS JOIN lineage_raw.customers c;
CREATE VIEW lineage_mart.nested AS
    SELECT name, (SELECT max(amount) FROM lineage_raw.Orders o WHERE o.customer = c.id) AS best FROM lineage_raw.customers c
"""  # noqa: E501
BODIES = """
CREATE TABLE lineage_mart.totals (customer int, total decimal(10, 2));
CREATE TABLE lineage_mart.audit (order_id int, was decimal(10, 2));
CREATE PROCEDURE lineage_mart.refresh(IN wanted int)
BEGIN
    DECLARE n INT;
    SELECT count(*) INTO n FROM lineage_raw.Orders;
    IF n > wanted THEN
        CREATE TEMPORARY TABLE passing AS SELECT customer, amount FROM lineage_raw.Orders;
        INSERT INTO totals (customer, total) SELECT customer, sum(amount) FROM passing GROUP BY customer;
    END IF;
END;
CREATE FUNCTION lineage_mart.twice(n int) RETURNS int DETERMINISTIC RETURN n * 2;
CREATE TRIGGER lineage_raw.noted AFTER UPDATE ON lineage_raw.Orders FOR EACH ROW
    INSERT INTO lineage_mart.audit (order_id, was) VALUES (OLD.id, OLD.amount)
"""
ORDERS, CUSTOMERS = "lineage_raw.Orders", "lineage_raw.customers"
EXPECTED: dict[str, Told] = {
    "plain": {TABLES: [ORDERS], "ID": [f"{ORDERS}.Id"], "twice": [f"{ORDERS}.amount"]},
    "renamed": {TABLES: [CUSTOMERS], "a": [f"{CUSTOMERS}.name"], "b": [f"{CUSTOMERS}.country"]},
    "joined": {TABLES: [ORDERS, CUSTOMERS], "name": [f"{CUSTOMERS}.name"], "total": [f"{ORDERS}.amount"]},
    "ranked": {
        TABLES: [f"{MART}.joined"],
        "name": [f"{MART}.joined.name"],
        "place": [f"{MART}.joined.total"],
    },
    "united": {
        TABLES: [ORDERS, CUSTOMERS],
        "id": [f"{ORDERS}.customer", f"{CUSTOMERS}.id"],
        "name": [f"{ORDERS}.day", f"{CUSTOMERS}.name"],
    },
    "counted": {TABLES: [CUSTOMERS], "i": [], "name": [f"{CUSTOMERS}.name"]},
    "nested": {TABLES: [ORDERS, CUSTOMERS], "name": [f"{CUSTOMERS}.name"], "best": [f"{ORDERS}.amount"]},
}


@pytest.fixture
def config(mariadb_url: str) -> Iterator[MysqlConnection]:
    with connect(mariadb_url) as connection, connection.cursor() as cursor:
        for schema in (RAW, MART):
            cursor.execute(f"CREATE OR REPLACE DATABASE {schema}")
        for statement in [*ESTATE.split(";\n"), *re.split(r";\n(?=CREATE)", BODIES)]:
            cursor.execute(statement)
        yield MysqlConnection.from_url(urlsplit(mariadb_url))
        for schema in (RAW, MART):
            cursor.execute(f"DROP DATABASE {schema}")


def test_views_say_what_they_are_made_of(config: MysqlConnection) -> None:
    found = all_told(spec, config, settings={"procedures": False}, schemas={"include": ["^lineage_"]})
    assert found == {f"{MART}.{view}": told for view, told in EXPECTED.items()}


def test_bodies_say_what_they_move(config: MysqlConnection) -> None:
    catalog = told_lineage.stored(spec, config, schemas={"include": ["^lineage_"]})
    found = told_lineage.events(told_lineage.lineage_source(spec, config, catalog, views=False))
    assert told_lineage.outcomes(found) == []
    made = told_lineage.entities(found)
    assert {name: (each.evidence, told_lineage.moves(each)) for name, each in made.items()} == {
        "lineage_mart.refresh(int(11))": ("procedure", {"lineage_mart.totals": {
            TABLES: [ORDERS], "customer": [f"{ORDERS}.customer"], "total": [f"{ORDERS}.amount"],
        }}),
        f"{ORDERS}.noted": ("trigger", {"lineage_mart.audit": {
            TABLES: [ORDERS], "order_id": [f"{ORDERS}.Id"], "was": [f"{ORDERS}.amount"],
        }}),
    }  # fmt: skip


def test_what_the_general_log_shows_is_lineage(config: MysqlConnection, mariadb_url: str) -> None:
    with connect(mariadb_url, MART) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE names (id int, name text)")
        cursor.execute("SET GLOBAL general_log_file = 'lineage.log'")
        cursor.execute("SELECT @@datadir")
        (folder,) = cursor.fetchone() or ("",)
        cursor.execute("SET GLOBAL general_log = ON")
    with connect(mariadb_url, MART) as connection, connection.cursor() as cursor:  # the log has to see its database
        cursor.execute("CREATE TEMPORARY TABLE step AS SELECT customer, amount FROM lineage_raw.Orders")
        cursor.execute("INSERT INTO totals SELECT customer, sum(amount) FROM step GROUP BY customer")
        cursor.execute("CREATE TABLE names_new LIKE names")
        cursor.execute("INSERT INTO names_new SELECT id, name FROM lineage_raw.customers")
        cursor.execute("RENAME TABLE names TO names_old, names_new TO names")
        cursor.execute("REPLACE INTO audit (order_id) SELECT id FROM lineage_raw.Orders")
        cursor.execute("SET GLOBAL general_log = OFF")
    catalog = told_lineage.stored(spec, config, schemas={"include": ["^lineage_"]})
    files = [str(Path(folder) / "lineage.log")]
    logged = {"query_log": {"type": "mysql_general_log", "files": files}, "window": "2d"}
    source = told_lineage.lineage_source(spec, config, catalog, views=False, procedures=False, **logged)
    found = told_lineage.events(source)
    assert told_lineage.outcomes(found) == []
    moved = [told_lineage.moves(each) for each in told_lineage.entities(found).values() if each.evidence == "query_log"]
    assert {target: told for each in moved for target, told in each.items()} == {
        f"{MART}.totals": {TABLES: [ORDERS], "customer": [f"{ORDERS}.customer"], "total": [f"{ORDERS}.amount"]},
        f"{MART}.names": {TABLES: [CUSTOMERS], "id": [f"{CUSTOMERS}.id"], "name": [f"{CUSTOMERS}.name"]},
        f"{MART}.audit": {TABLES: [ORDERS], "order_id": [f"{ORDERS}.Id"]},
    }


def test_a_role_that_may_not_see_texts_is_told_what_it_lacks(config: MysqlConnection, mariadb_url: str) -> None:
    with connect(mariadb_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE USER lineage_reader@'%' IDENTIFIED BY 'pw'")
        cursor.execute("GRANT SELECT, EXECUTE ON lineage_mart.* TO lineage_reader@'%'")
        cursor.execute("GRANT SELECT ON lineage_raw.* TO lineage_reader@'%'")
    reader = config.model_copy(update={"username": "lineage_reader", "password": SecretStr("pw")})
    catalog = told_lineage.stored(spec, reader, schemas={"include": ["^lineage_"]})
    found = told_lineage.events(told_lineage.lineage_source(spec, reader, catalog))
    assert told_lineage.entities(found) == {}
    failed = {told_lineage.local(each.fqn): each.reason for each in told_lineage.outcomes(found)}
    views = {f"{MART}.{view}": "definition" for view in EXPECTED}
    routines = {"lineage_mart.refresh(int(11))": "definition", "lineage_mart.twice(int(11))": "definition"}
    assert failed == views | routines
    assert all("the right to see it" in each.message for each in told_lineage.outcomes(found))
    with connect(mariadb_url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP USER lineage_reader@'%'")
