"""Lineage from the csvlog that a real PostgreSQL writes: sessions, temporary tables, a table that is made anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.service_spec import spec
from tests.connectors import told_lineage
from tests.connectors.told_lineage import TABLES
from tests.patience import PATIENCE
from tests.servers import postgres

pytestmark = pytest.mark.server

LOGGING = {
    "logging_collector": "on", "log_destination": "csvlog", "log_statement": "all", "lc_messages": "C",
    "log_timezone": "UTC",
}  # fmt: skip
ESTATE = """
CREATE SCHEMA raw;
CREATE TABLE raw.orders (id int PRIMARY KEY, customer int, amount numeric);
CREATE TABLE raw.customers (id int PRIMARY KEY, name text);
CREATE TABLE daily (customer int, total numeric);
CREATE TABLE names (id int, name text);
CREATE TABLE kept (id int, amount numeric);
"""
SWAPPED = """
BEGIN;
CREATE TABLE names_new (LIKE names);
INSERT INTO names_new SELECT id, upper(name) FROM raw.customers;
DROP TABLE names;
ALTER TABLE names_new RENAME TO names;
COMMIT
"""
ORDERS, CUSTOMERS = "raw.orders", "raw.customers"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.PostgresServer]:
    if not postgres.installed():
        pytest.skip(postgres.NEEDED)
    made = postgres.PostgresServer(postgres.installed()[-1], LOGGING)
    yield made
    made.stop()


def log_of(connection: psycopg.Connection) -> str:
    row = connection.execute(
        "SELECT current_setting('data_directory') || '/' || pg_current_logfile('csvlog')"
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_what_ran_on_the_server_is_lineage(server: postgres.PostgresServer) -> None:
    with psycopg.connect(server.url, autocommit=True) as one, psycopg.connect(server.url, autocommit=True) as other:
        one.execute(ESTATE)
        one.execute("CREATE TEMP TABLE step AS SELECT customer, amount FROM raw.orders")
        other.execute("CREATE TEMP TABLE step AS SELECT id, name FROM raw.customers")
        one.execute("INSERT INTO daily SELECT customer, sum(amount) FROM step GROUP BY customer")
        other.execute("INSERT INTO names SELECT * FROM step WHERE name <> %s", ["o'hara"])
        with one.cursor() as cursor:
            cursor.execute("INSERT INTO kept SELECT id, amount FROM raw.orders WHERE id > %s", [3], prepare=True)
        one.execute(SWAPPED)
        with pytest.raises(psycopg.Error):
            one.execute("INSERT INTO kept SELECT id, nothing FROM raw.customers")
        log = Path(log_of(one))
        within = time.monotonic() + PATIENCE
        while "nothing" not in log.read_text() and time.monotonic() < within:
            time.sleep(0.05)
    config = PostgresConnection.from_url(urlsplit(server.url))
    catalog = told_lineage.stored(spec, config, databases={"include": ["^postgres$"]})
    logged = {"query_log": {"type": "postgres_csvlog", "files": [str(log)]}, "window": "2d"}
    found = told_lineage.events(
        told_lineage.lineage_source(spec, config, catalog, views=False, procedures=False, **logged)
    )
    assert told_lineage.outcomes(found) == []
    moved = [told_lineage.moves(each) for each in told_lineage.entities(found).values() if each.evidence == "query_log"]
    assert {target: told for each in moved for target, told in each.items()} == {
        "public.daily": {TABLES: [ORDERS], "customer": [f"{ORDERS}.customer"], "total": [f"{ORDERS}.amount"]},
        "public.names": {TABLES: [CUSTOMERS], "id": [f"{CUSTOMERS}.id"], "name": [f"{CUSTOMERS}.name"]},
        "public.kept": {TABLES: [ORDERS], "id": [f"{ORDERS}.id"], "amount": [f"{ORDERS}.amount"]},
    }
