"""What is read does not depend on the server's settings of sessions."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pymysql
import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.metadata import MysqlSource
from specs.testing import harvest
from tests.servers.mariadb import connect

pytestmark = pytest.mark.server

SETUP = (
    "CREATE TABLE t (a int NOT NULL, b int unsigned NOT NULL, s varchar(20) NOT NULL DEFAULT 'a''b',"
    " ts timestamp NOT NULL DEFAULT '2024-01-01 00:00:00')",
    "CREATE VIEW v AS SELECT a / b AS q, concat(s, 'x') AS c, b - 5 AS d, left(s, 2) AS l FROM t",
    "CREATE PROCEDURE p() SELECT 'é'",
    *(f"CREATE TABLE more{n} (id int)" for n in range(5)),
)
OTHER = {
    "time_zone": "'+09:00'",
    "sql_mode": "'ANSI,NO_UNSIGNED_SUBTRACTION,NO_BACKSLASH_ESCAPES'",
    "sql_quote_show_create": "0",
    "sql_select_limit": "2",
    "div_precision_increment": "9",
    "group_concat_max_len": "10",
    "lc_time_names": "'de_DE'",
    "sql_auto_is_null": "1",
    "character_set_server": "'latin1'",
}


@pytest.fixture
def server(mariadb_database: str) -> Iterator[tuple[str, pymysql.cursors.Cursor]]:
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = 'STRICT_TRANS_TABLES'")
        for statement in SETUP:
            cursor.execute(statement)
        names = ", ".join(f"@@global.{name}" for name in OTHER)
        cursor.execute(f"SELECT {names}")
        before = cursor.fetchall()[0]
        yield mariadb_database, cursor
        for name, value in zip(OTHER, before, strict=True):
            cursor.execute(f"SET GLOBAL {name} = %s", [value])


def walked(url: str) -> tuple[object, object]:
    return harvest.walk_whole(lambda: MysqlSource("s", MysqlConnection.from_url(urlsplit(url)))).objects


def test_settings_of_the_server_change_nothing(server: tuple[str, pymysql.cursors.Cursor]) -> None:
    url, admin = server
    plain = walked(url)
    for name, value in OTHER.items():
        admin.execute(f"SET GLOBAL {name} = {value}")
    with connect(url) as checked, checked.cursor() as cursor:
        assert cursor.execute("SELECT table_name FROM information_schema.tables") == 2, "the settings are in force"
    assert walked(url) == plain


def test_columns_of_views_are_as_nullable_as_in_a_strict_session(server: tuple[str, pymysql.cursors.Cursor]) -> None:
    url, admin = server
    admin.execute("SELECT column_name, is_nullable = 'YES' FROM information_schema.columns WHERE table_schema = %s"
                  " AND table_name = 'v'", [urlsplit(url).path.strip("/")])  # fmt: skip
    told = {name: bool(nullable) for name, nullable in admin.fetchall()}
    found = harvest.entities(lambda: MysqlSource("s", MysqlConnection.from_url(urlsplit(url))))
    view = next(event.entity for event in found if event.entity.name == "v")
    assert {column.name: column.nullable for column in view.columns} == told  # type: ignore[attr-defined]
    assert told["c"], "a string function may give NULL in strict mode"
