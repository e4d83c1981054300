"""Texts do not depend on whose session read them: not on the environment, the role, the database or the server."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from specs.config import Limits
from specs.testing import harvest
from tests.connectors.postgres.support import as_role, session, source

pytestmark = pytest.mark.server

SETUP = (
    "CREATE TABLE d (id int, t timestamptz DEFAULT '2024-03-01 00:00:00+00', i interval DEFAULT '1 day 02:03:04',"
    r" b bytea DEFAULT '\x00ff', f float8 DEFAULT 0.1::float8 + 0.2, g float8 DEFAULT '0.30000000000000004',"
    " m money DEFAULT '1234.5'::money, day date DEFAULT '2024-03-02', x text DEFAULT E'a\\\\b',"
    " CHECK (t > '2020-01-01 00:00:00+00'))",
    "CREATE VIEW v AS SELECT id FROM d WHERE t >= '2024-01-01 00:00+00'::timestamptz AND i < '3 days 04:00'::interval"
    " AND xmlserialize(content xmlparse(content '<a/>') AS text) <> ''",
    "CREATE INDEX ix ON d (id) WHERE t > '2024-01-01 00:00:00+00'::timestamptz",
    "CREATE FUNCTION f(a timestamptz DEFAULT '2024-01-01 00:00+00') RETURNS int LANGUAGE sql AS 'select 1'",
    "CREATE TABLE p (t timestamptz) PARTITION BY RANGE (t)",
    "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2025-01-01 00:00+00')",
    "CREATE DOMAIN recent AS date CHECK (VALUE > '2020-05-01')",
)
OTHER = {
    "timezone": "Asia/Tokyo",
    "datestyle": "SQL, DMY",
    "intervalstyle": "iso_8601",
    "extra_float_digits": "-3",
    "bytea_output": "escape",
    "quote_all_identifiers": "on",
    "standard_conforming_strings": "off",
    "xmloption": "document",
    "search_path": "public, pg_catalog",
    "lc_monetary": "C.UTF-8",
}
ENVIRONMENT = {
    "PGTZ": "Asia/Tokyo",
    "PGDATESTYLE": "SQL, DMY",
    "PGOPTIONS": "-c intervalstyle=iso_8601 -c search_path=public",
}


def walked(url: str) -> tuple[object, object]:
    """What is sent but for the database itself, which tells the settings of its sessions; and what else became."""
    sent, others = harvest.walk_whole(lambda: source(url, partitions=True)).objects
    return {each: count for each, count in sent.items() if each[0] != "Database"}, others


@pytest.fixture
def database(each_postgres_database: str) -> Iterator[str]:
    with session(each_postgres_database, *SETUP):
        yield each_postgres_database


def test_the_environment_changes_no_text(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = walked(database)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert walked(database) == plain


@pytest.mark.parametrize("whose", ["ROLE tokyo_", "DATABASE"])
def test_settings_of_role_and_database_change_no_text(database: str, whose: str) -> None:
    name = database.rsplit("/", 1)[1]
    with session(database, "DROP ROLE IF EXISTS tokyo_", "CREATE ROLE tokyo_ LOGIN PASSWORD 't'") as other:
        reader = as_role(database, "tokyo_", "t")
        plain = walked(reader)
        altered = sql.SQL(f"ALTER {whose}" + (" {}" if whose == "DATABASE" else "")).format(sql.Identifier(name))
        for setting, value in OTHER.items():
            values = sql.SQL(", ").join(map(sql.Literal, value.split(", ")))
            other.execute(sql.SQL("{} SET {} = {}").format(altered, sql.Identifier(setting), values))
        with psycopg.connect(reader) as checked:
            assert checked.execute("SHOW timezone").fetchone() == ("Asia/Tokyo",), "the other settings are in force"
        found = walked(reader)
        other.execute("DROP ROLE tokyo_")
    assert found == plain


def test_transactions_are_read_only_and_bounded(database: str) -> None:
    with session(database) as other, other.transaction():
        before = other.execute("SELECT name, setting FROM pg_settings ORDER BY 1").fetchall()
    asked = (
        "statement_timeout",
        "lock_timeout",
        "transaction_read_only",
        "transaction_isolation",
        "jit",
        "search_path",
    )
    limits = Limits(statement_timeout=7, lock_timeout=2)
    one = source(database, limits=limits)
    with session(database) as other:
        for opened in (False, True):
            if opened:
                with one.driver.transaction():
                    shown = [one.driver.execute(f"SELECT current_setting('{name}')")[0][0] for name in asked]
            else:
                shown = [one.driver.execute(f"SELECT current_setting('{name}')")[0][0] for name in asked]
            assert shown == ["7s", "2s", "on", "repeatable read", "off", ""]
        with pytest.raises(Exception, match="read-only"):
            one.driver.execute("CREATE TABLE public.written (a int)")
        session_after = one.driver.open().execute("SELECT name, setting FROM pg_settings ORDER BY 1").fetchall()
    one.close()
    changed = {name for name, _ in set(before) ^ set(session_after)}
    assert changed <= {"application_name", "client_encoding", "transaction_isolation"}, "nothing is left in the session"


def test_a_transaction_costs_one_round_trip_more_than_its_statements(database: str) -> None:
    one = source(database)
    one.identity()
    assert one.statements == 1, "settings are checked and the server is asked who it is in one go"
    one.driver.execute("SELECT 1")
    assert one.statements == 2
    with one.driver.transaction():
        one.driver.execute("SELECT 1")
        one.driver.execute("SELECT 2")
    assert one.statements == 5
    one.close()
