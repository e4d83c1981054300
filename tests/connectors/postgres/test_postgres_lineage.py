"""Lineage of views of PostgreSQL: right to the column, and proven by what the server records."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.service_spec import spec
from tests.connectors import told_lineage
from tests.connectors.postgres.support import session
from tests.connectors.told_lineage import TABLES, Told

pytestmark = pytest.mark.server

ESTATE = """
CREATE SCHEMA raw; CREATE SCHEMA mart;
CREATE TABLE raw.orders (id int PRIMARY KEY, customer int, amount numeric, "Day" date, tags text[], doc jsonb);
CREATE TABLE raw.customers (id int PRIMARY KEY, name text, country text);
CREATE TABLE raw.staff (id int PRIMARY KEY, boss int, name text);
CREATE VIEW mart.plain AS SELECT id, amount * 2 AS twice FROM raw.orders;
CREATE VIEW mart.everything AS SELECT * FROM raw.customers;
CREATE VIEW mart.renamed (a, b) AS SELECT name, country FROM raw.customers;
CREATE VIEW mart.joined AS
    SELECT o.id, c.name, sum(o.amount) OVER (PARTITION BY c.country ORDER BY o."Day") AS running
    FROM raw.orders o JOIN raw.customers c ON c.id = o.customer WHERE c.country <> 'XX';
CREATE MATERIALIZED VIEW mart.totals AS
    WITH big AS (SELECT * FROM mart.joined WHERE running > 10)
    SELECT name, max(running) AS most, count(*) AS n FROM big GROUP BY name;
CREATE VIEW mart.united AS SELECT id, name FROM raw.customers UNION ALL SELECT id, name FROM raw.staff;
CREATE VIEW mart.chain AS
    WITH RECURSIVE up AS (SELECT id, boss, name FROM raw.staff WHERE boss IS NULL
        UNION ALL SELECT s.id, s.boss, s.name FROM raw.staff s JOIN up ON s.boss = up.id)
    SELECT id, name FROM up;
CREATE VIEW mart.shared AS SELECT * FROM raw.orders JOIN raw.customers USING (id);
CREATE VIEW mart.tags AS SELECT o.id, t.tag FROM raw.orders o CROSS JOIN LATERAL unnest(o.tags) AS t(tag);
CREATE VIEW mart.nested AS
    SELECT c.name, (SELECT max(o.amount) FROM raw.orders o WHERE o.customer = c.id) AS best FROM raw.customers c;
CREATE VIEW mart.fields AS SELECT doc ->> 'city' AS city, "Day" AS day FROM raw.orders;
CREATE VIEW mart.nothing AS SELECT 1 AS one, now() AS at;
"""
ORDERS, CUSTOMERS, STAFF = "raw.orders", "raw.customers", "raw.staff"
EXPECTED: dict[str, Told] = {
    "mart.plain": {TABLES: [ORDERS], "id": ["raw.orders.id"], "twice": ["raw.orders.amount"]},
    "mart.everything": {
        TABLES: [CUSTOMERS], "id": ["raw.customers.id"], "name": ["raw.customers.name"],
        "country": ["raw.customers.country"],
    },
    "mart.renamed": {TABLES: [CUSTOMERS], "a": ["raw.customers.name"], "b": ["raw.customers.country"]},
    "mart.joined": {
        TABLES: [CUSTOMERS, ORDERS], "id": ["raw.orders.id"], "name": ["raw.customers.name"],
        "running": ["raw.customers.country", "raw.orders.Day", "raw.orders.amount"],
    },
    "mart.totals": {
        TABLES: ["mart.joined"], "name": ["mart.joined.name"], "most": ["mart.joined.running"], "n": [],
    },
    "mart.united": {
        TABLES: [CUSTOMERS, STAFF], "id": ["raw.customers.id", "raw.staff.id"],
        "name": ["raw.customers.name", "raw.staff.name"],
    },
    "mart.chain": {TABLES: [STAFF], "id": ["raw.staff.id"], "name": ["raw.staff.name"]},
    # the server itself has resolved the shared column to that of the left table
    "mart.shared": {
        TABLES: [CUSTOMERS, ORDERS], "id": ["raw.orders.id"], "customer": ["raw.orders.customer"],
        "amount": ["raw.orders.amount"], "Day": ["raw.orders.Day"], "tags": ["raw.orders.tags"],
        "doc": ["raw.orders.doc"], "name": ["raw.customers.name"], "country": ["raw.customers.country"],
    },
    "mart.tags": {TABLES: [ORDERS], "id": ["raw.orders.id"], "tag": ["raw.orders.tags"]},
    "mart.nested": {
        TABLES: [CUSTOMERS, ORDERS], "name": ["raw.customers.name"], "best": ["raw.orders.amount"],
    },
    "mart.fields": {TABLES: [ORDERS], "city": ["raw.orders.doc"], "day": ["raw.orders.Day"]},
    "mart.nothing": {TABLES: []},
}  # fmt: skip


def test_views_say_what_they_are_made_of(each_postgres_database: str) -> None:
    config = PostgresConnection.from_url(urlsplit(each_postgres_database))
    with session(each_postgres_database, ESTATE):
        catalog = told_lineage.stored(spec, config)
    found = told_lineage.events(told_lineage.lineage_source(spec, config, catalog))
    assert told_lineage.outcomes(found) == []
    made = told_lineage.entities(found)
    assert {view: told_lineage.told(each) for view, each in made.items()} == EXPECTED
    edges = [edge for each in made.values() for flow in each.flows for edge in flow.edges]
    assert {(edge.proven, edge.confidence) for edge in edges} == {(True, 1.0)}
    assert {each.unresolved for each in made.values()} == {()}


BODIES = """
CREATE SCHEMA ops;
CREATE TABLE ops.orders (id int, customer int, amount numeric);
CREATE TABLE ops.totals (customer int, total numeric);
CREATE TABLE ops.audit (order_id int, was numeric, at timestamptz);
CREATE TABLE public.settings (name text, value text);
CREATE TABLE ops.copied (id int, name text);
CREATE PROCEDURE ops.refresh() LANGUAGE plpgsql AS $$
DECLARE n int;
BEGIN
    SELECT count(*) INTO n FROM ops.orders;
    IF n > 0 THEN
        DELETE FROM totals;
        INSERT INTO ops.totals (customer, total) SELECT customer, sum(amount) FROM ops.orders GROUP BY customer;
    END IF;
END $$;
CREATE FUNCTION ops.take(wanted text) RETURNS void LANGUAGE sql AS
    'INSERT INTO ops.copied SELECT o.id, s.value FROM ops.orders o, settings s WHERE s.name = wanted';
CREATE FUNCTION ops.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION ops.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ops.audit (order_id, was, at) VALUES (OLD.id, OLD.amount, now());
    RETURN NEW;
END $$;
CREATE TRIGGER noted AFTER UPDATE ON ops.orders FOR EACH ROW EXECUTE FUNCTION ops.note();
"""


def test_bodies_say_what_they_move(each_postgres_database: str) -> None:
    config = PostgresConnection.from_url(urlsplit(each_postgres_database))
    with session(each_postgres_database, f"SET check_function_bodies = off; {BODIES}"):
        catalog = told_lineage.stored(spec, config)
    found = told_lineage.events(told_lineage.lineage_source(spec, config, catalog))
    assert told_lineage.outcomes(found) == []
    made = told_lineage.entities(found)
    assert {name: (each.evidence, each.target_type, told_lineage.moves(each)) for name, each in made.items()} == {
        "ops.refresh()": (
            "procedure", "StoredProcedure",
            {"ops.totals": {
                TABLES: ["ops.orders"], "customer": ["ops.orders.customer"], "total": ["ops.orders.amount"],
            }},
        ),
        "ops.take(text)": (
            "procedure", "StoredProcedure",
            {"ops.copied": {
                TABLES: ["ops.orders", "public.settings"], "id": ["ops.orders.id"], "name": ["public.settings.value"],
            }},
        ),
        "ops.orders.noted": (
            "trigger", "Trigger",
            {"ops.audit": {
                TABLES: ["ops.orders"], "order_id": ["ops.orders.id"], "was": ["ops.orders.amount"], "at": [],
            }},
        ),
    }  # fmt: skip
