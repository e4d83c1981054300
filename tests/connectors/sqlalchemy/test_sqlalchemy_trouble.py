"""Missing dialects, files that are not there, passwords that must not show."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connectors.common.sql.inspector.driver import InspectorDriver
from connectors.common.sql.inspector.metadata import InspectorSource
from connectors.sqlalchemy.connection import SqlalchemyConnection
from specs.config import Limits
from specs.entities.database.tables import Table
from specs.errors import Fatal, Retry, Skip, UsageError
from specs.recipe.problems import validate
from specs.testing import harvest
from specs.topology.read_mode import ReadMode
from specs.topology.scope import EVERYTHING, Scope
from tests.servers.mariadb import connect


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("nosuch+thing://u:pass-word-1@host/db", Fatal, "install"),
        ("sqlite+nosuchdriver:///x.db", Fatal, "install"),
        ("not a url u:pass-word-1@", UsageError, "not an SQLAlchemy URL"),
        ("sqlite:////no/such/folder/x.db", Fatal, "no such file"),
        ("mysql+pymysql://u:pass-word-1@127.0.0.1:1/db", Fatal, "cannot connect"),
    ],
)
def test_what_cannot_be_opened_says_so_without_secrets(url: str, kind: type[Fatal], words: str) -> None:
    source = InspectorSource("s", SqlalchemyConnection(url=url))
    with pytest.raises(kind) as caught:
        source.identity()
    source.close()
    assert words in str(caught.value)
    assert url.startswith("not") or "pass-word-1" not in str(caught.value) + repr(source.config)


def test_a_file_is_never_created_and_never_written(tmp_path: Path) -> None:
    path = tmp_path / "a b?.db"
    with pytest.raises(Fatal):
        InspectorSource("s", SqlalchemyConnection(url=f"sqlite:///{tmp_path}/nothing.db")).identity()
    assert list(tmp_path.iterdir()) == []
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t(a INT)")


@pytest.mark.parametrize(
    ("url", "kept", "password"),
    [
        ("pg+x://me:p%40ss@h/db?a=b", "pg+x://me@h/db?a=b", "p@ss"),
        ("pg+x://me@h/db", "pg+x://me@h/db", None),
        ("pg+x://me:p/s?s#w@h/db?a=b@c", "pg+x://me@h/db?a=b@c", "p/s?s#w"),
        ("sqlite:///a:b@c.db", "sqlite:///a:b@c.db", None),
    ],
)
def test_a_password_in_the_url_is_moved(url: str, kept: str, password: str | None) -> None:
    found = SqlalchemyConnection(url=url)
    assert found.url == kept
    assert (found.password.get_secret_value() if found.password else None) == password


@pytest.mark.parametrize("url", ["pg+x://me:geheim@ss/w@h/db", "pg+x://me:geheim@ss@h/db"])
def test_a_password_that_ends_too_early_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(UsageError, match="%40") as caught:
        validate(SqlalchemyConnection, {"url": url})
    assert "geheim" not in str(caught.value)
    assert "ss" not in str(caught.value).replace("password", "")


def test_a_shorthand_url_survives(tmp_path: Path) -> None:
    for url in ("sqlite+pysqlite:////data/x.db", "sqlite+pysqlite:///x.db", "pg+x://me@h:5/db"):
        assert SqlalchemyConnection.from_url(urlsplit(url)).url == url


def test_statements_may_be_sent_first(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t(a VARCHAR(7) NOT NULL DEFAULT 'x', b NUMERIC(5, 2), PRIMARY KEY (a))")
        connection.execute("CREATE VIEW bad AS SELECT * FROM nowhere")
    config = SqlalchemyConnection(url=f"sqlite:///{path}", on_connect=("PRAGMA cache_size = 10",), database="d")
    found = {e.entity.fqn: e.entity for e in harvest.entities(lambda: InspectorSource("s", config))}
    table, view = found["s.d.main.t"], found["s.d.main.bad"]
    assert isinstance(table, Table)
    assert isinstance(view, Table)
    assert [(c.native_type, c.length, c.precision, c.nullable) for c in table.columns] == [
        ("VARCHAR(7)", 7, None, False),
        ("NUMERIC(5, 2)", None, 5, True),
    ]
    assert "nowhere" in view.properties["broken"]


def test_a_colon_in_a_statement_or_a_name_begins_no_parameter(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('CREATE TABLE "a\\:b::c" (code VARCHAR(7) UNIQUE)')
        connection.execute('CREATE VIEW "v :x" AS SELECT * FROM nowhere')
    config = SqlalchemyConnection(url=f"sqlite:///{path}", on_connect=("SELECT 'at 10:30', '50 %', ':x'",))
    found = {e.entity.fqn: e.entity for e in harvest.entities(lambda: InspectorSource("s", config))}
    table, view = found["s.x.main.a\\:b::c"], found["s.x.main.v :x"]
    assert isinstance(table, Table)
    assert isinstance(view, Table)
    assert [each.columns for each in table.constraints] == [("code",)]
    assert "nowhere" in view.properties["broken"]


@pytest.mark.server
def test_a_lost_connection_is_a_retry_and_the_next_try_works(postgres_database: str) -> None:
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        for number in range(4):
            admin.execute(f"CREATE TABLE t{number} (a int)")
        url = postgres_database.replace("postgresql://", "postgresql+psycopg://", 1)
        source = InspectorSource("s", SqlalchemyConnection(url=url), reading=ReadMode(slice=1))
        scope = Scope.of("s", source.names.database, "public")
        produced = source.tables(scope, EVERYTHING)
        seen = [next(produced).key]
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with pytest.raises(Retry):
            list(produced)
        seen += [each.key for each in source.tables(scope, EVERYTHING.resume(seen[-1]))]
        source.close()
    assert seen == ["t0", "t1", "t2", "t3"]


@pytest.mark.server
def test_a_connection_lost_before_schemas_are_listed_is_a_retry_too(postgres_database: str) -> None:
    url = postgres_database.replace("postgresql://", "postgresql+psycopg://", 1)
    source = InspectorSource("s", SqlalchemyConnection(url=url))
    database = Scope.of("s", source.names.database)
    source.identity()  # connects
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(Retry):
        list(source.schemas(database, EVERYTHING))
    assert "public" in [each.key for each in source.schemas(database, EVERYTHING)]
    source.close()


@pytest.mark.server
def test_a_slow_statement_is_stopped(postgres_url: str) -> None:
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://", 1)
    sent: list[int] = []
    config = SqlalchemyConnection(url=url, on_connect=("SET statement_timeout = '200ms'",))
    driver = InspectorDriver(config, Limits(), lambda: sent.append(1))
    driver.inspector()
    assert driver._connection is not None
    with pytest.raises(DBAPIError) as caught, driver.transaction():
        driver._connection.execute(text("SELECT pg_sleep(20)"))
    found = driver.classify(caught.value)
    driver.close()
    assert isinstance(found, Skip)
    assert found.reason == "timeout"
    assert sent


class Repeating(InspectorDriver):
    """A dialect that names its schema four times and a table twice, and lists views among the tables."""

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        found = super().call(method, *args, **kwargs)
        if method == "get_schema_names":
            return 4 * found
        return [*found, "t", "v"] if method == "get_table_names" else found


def test_what_a_dialect_lists_twice_is_read_once_and_has_failed_besides(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE t(a INT); CREATE TABLE u(a INT); CREATE VIEW v AS SELECT 1 AS a")
    config = SqlalchemyConnection(url=f"sqlite:///{path}", database="d")

    def build() -> InspectorSource:
        source = InspectorSource("s", config)
        source.driver = source.names.driver = Repeating(config, Limits(), source._sent)
        return source

    found = harvest.walk_units(build)
    assert [fqn for type_, fqn, *_ in found.sent if type_ == "Table"] == ["s.d.main.t", "s.d.main.u", "s.d.main.v"]
    assert sorted(found.reported) == [
        ("failed", "Schema", "s.d.main", "duplicate"), ("failed", "Table", "s.d.main.t", "duplicate"),
    ]  # fmt: skip


@pytest.mark.server
def test_what_a_dialect_may_hide_is_never_called_gone(mariadb_database: str) -> None:
    at, name = mariadb_database.rpartition("@")[2].split("?")[0], mariadb_database.rpartition("/")[2]
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE seen(a INT)")
        cursor.execute("CREATE TABLE denied(a INT)")
        cursor.execute("CREATE OR REPLACE USER hidden_from@'%' IDENTIFIED BY 'only-for-reading'")
        cursor.execute(f"GRANT SELECT ON `{name}`.seen TO hidden_from@'%'")
        try:
            config = SqlalchemyConnection(url=f"mysql+pymysql://hidden_from:only-for-reading@{at}", database="def")
            source = InspectorSource("s", config)
            schema = Scope.of("s", "def", name)
            found = source.exists("Table", schema, ["seen", "denied", "dropped"])
            assert found == {"seen": "yes", "denied": "unknown", "dropped": "unknown"}
            assert source.exists("Schema", Scope.of("s", "def"), [name, "other"]) == {name: "yes", "other": "unknown"}
            assert source.exists("Table", Scope.of("s", "def", "other"), ["t"]) == {"t": "unknown"}
            assert source.exists("Database", Scope.of("s"), ["def", "other"]) == {"def": "yes", "other": "unknown"}
            source.close()
        finally:
            cursor.execute("DROP USER hidden_from@'%'")
