"""What an inspector leaves out, garbles or fails at: told by name, and without harm to what lies beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import NoSuchTableError, OperationalError

from connectors.common.sql.inspector import errors as failures
from connectors.common.sql.inspector.dialects.schemas import ours, system_schema, theirs
from connectors.common.sql.inspector.metadata import InspectorSource
from connectors.sqlalchemy.connection import SqlalchemyConnection
from specs.entities.database.tables import Table
from specs.testing import harvest
from specs.topology.read_mode import ReadMode
from tests.connectors.sqlalchemy.bare import BareSource
from tests.dialects.crawled import Crawled, crawl, crawl_of
from tests.scheduler.cli.commands.calling import called

RECIPE = (
    'service: {{name: s, type: "tests.connectors.sqlalchemy.bare:spec"}}\nconnection: {{url: "sqlite:///{path}"}}\n'
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE a (t TEXT); CREATE TABLE orders (t TEXT, n INT); CREATE TABLE z (t TEXT);"
            "CREATE INDEX lowered ON orders (lower(t)); CREATE INDEX plain ON orders (n);"
        )
    return path


def test_what_a_warning_tells_is_an_outcome_of_its_own(shop: Path) -> None:
    found = crawl_of(lambda: BareSource("s", SqlalchemyConnection(url=f"sqlite:///{shop}")))
    assert found.names == {"shop.main.a", "shop.main.orders", "shop.main.z"}
    (lost,) = found.outcomes
    assert (lost.kind, lost.type, lost.fqn, lost.reason) == (
        "failed", "Index", "s.shop.main.orders.lowered", "unsupported"
    )  # fmt: skip
    assert "expression-based index" in lost.message
    assert [each.name for each in found.table("s.shop.main.orders").indexes] == ["plain"]


def test_slices_do_not_matter_to_it(shop: Path) -> None:
    def build(size: int) -> InspectorSource:
        return BareSource("s", SqlalchemyConnection(url=f"sqlite:///{shop}"), reading=ReadMode(slice=size))

    assert crawl_of(lambda: build(1)).outcomes == crawl_of(lambda: build(1000)).outcomes
    whole = harvest.walk_whole(lambda: build(1000)).objects
    assert harvest.walk_units(lambda: build(1)).objects == whole


def test_a_run_tells_it(shop: Path, tmp_path: Path) -> None:
    recipe, catalog = tmp_path / "r.yml", f"sqlite:///{tmp_path / 'c.db'}"
    recipe.write_text(RECIPE.format(path=shop))
    done = called("crawl", str(recipe), "--catalog", catalog, "--json")
    assert (done.code, done.json["status"]) == (3, "partial"), done
    assert done.json["entities"]["Table"]["emitted"] == 3
    told = called("failures", done.json["run"], "--catalog", catalog, "--json").json
    assert "s.shop.main.orders.lowered" in str(told)
    again = called("crawl", str(recipe), "--catalog", catalog, "--json")
    assert again.json["entities"]["Table"]["unchanged"] == 3
    assert not again.json["deleted"]


@pytest.mark.server
def test_a_type_that_sqlalchemy_does_not_know_keeps_its_name(postgres_database: str) -> None:
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("CREATE TYPE addr AS (street text); CREATE TABLE t (a addr, p point, n int)")
    found = crawl(postgres_database.replace("postgresql://", "postgresql+psycopg://", 1), database="d")
    columns = found.columns("s.d.public.t")
    assert {name: each.native_type for name, each in columns.items()} == {"a": "addr", "p": "point", "n": "INTEGER"}
    assert found.outcomes == []


@pytest.mark.server
def test_one_object_that_fails_spoils_no_other(postgres_database: str) -> None:
    """PostgreSQL aborts a transaction at the first error, and everything after it."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE a (x int); CREATE TABLE m (x int); CREATE TABLE z (x int); CREATE SCHEMA other"
        )
        connection.execute("CREATE TABLE other.b (x int)")

    class Failing(InspectorSource):
        """One statement about ``m`` fails at the server."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            reflect = self.driver.reflect

            def failing(method: str, *args: Any, **kwargs: Any) -> Any:
                if method == "get_multi_indexes" and "m" in kwargs["filter_names"]:
                    from sqlalchemy import text

                    self.driver.execute(text("SELECT 1 / 0"))
                return reflect(method, *args, **kwargs)

            self.driver.reflect = failing  # type: ignore[method-assign]

    url = postgres_database.replace("postgresql://", "postgresql+psycopg://", 1)
    found = crawl_of(lambda: Failing("s", SqlalchemyConnection(url=url, database="d")))
    assert found.names == {"d.public.a", "d.public.z", "d.other.b"}
    assert [(each.fqn, each.reason) for each in found.outcomes] == [("s.d.public.m", "error")]
    assert "division by zero" in found.outcomes[0].message


def test_a_view_that_only_the_dialect_cannot_read_is_not_called_broken(shop: Path) -> None:
    with closing(sqlite3.connect(shop)) as connection:
        connection.executescript("CREATE VIEW fine AS SELECT t FROM a; CREATE VIEW bad AS SELECT t FROM nowhere")

    class Denying(InspectorSource):
        """A dialect that says of every view that it is not there."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            reflect = self.driver.reflect

            def denying(method: str, *args: Any, **kwargs: Any) -> Any:
                if method == "get_view_definition" or args[:1] == ("fine",):
                    raise NoSuchTableError("fine")
                found, warned = reflect(method, *args, **kwargs)
                if method.startswith("get_multi") and found:
                    found = {key: told for key, told in found.items() if key[1] != "fine"}
                return found, warned

            self.driver.reflect = denying  # type: ignore[method-assign]

    found: Crawled = crawl_of(lambda: Denying("s", SqlalchemyConnection(url=f"sqlite:///{shop}")))
    failed = {each.fqn: each for each in found.outcomes}
    assert failed["s.shop.main.fine"].reason == "unsupported"
    assert failed["s.shop.main.bad.reflection"].message == "the dialect does not tell the texts of views"
    bad = found.entities["s.shop.main.bad"]
    assert isinstance(bad, Table)
    assert "nowhere" in bad.properties["broken"]


TRACE = (
    "TExecuteStatementResp(status=TStatus(statusCode=3, infoMessages=['*org.apache.hive.Error:permission denied by"
    " nobody:28:27'], sqlState='42S02', errorCode=10001, errorMessage='Error while compiling: Table not found"
    " cancellations\\n\\tat org.x.Denied.check(Denied.java:7)\\n\\tat access.denied(X.java:1)'), operationHandle=None)"
)


class Coded(Exception):
    def __init__(self, *args: Any, sqlstate: str | None = None) -> None:
        super().__init__(*args)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (Coded(TRACE), "error", "Error while compiling: Table not found cancellations"),
        (Coded("no such table: cancellation_timeouts"), "error", "no such table: cancellation_timeouts"),
        (Coded("no column access_denied_at", sqlstate="42703"), "error", "no column access_denied_at"),
        (Coded("x", sqlstate="42501"), "denied", "x"),
        (Coded(1142, "SELECT command denied to user"), "denied", "(1142, 'SELECT command denied to user')"),
        (Coded("Permission denied: user [hive]\n\tat a.b.C(D.java:1)"), "denied", "Permission denied: user [hive]"),
        (Coded("ORA-01031: insufficient privileges"), "denied", "ORA-01031: insufficient privileges"),
        (Coded("Query was cancelled"), "timeout", "Query was cancelled"),
        (Coded("Operation timed out"), "timeout", "Operation timed out"),
        (Coded("database is locked"), "lock", "database is locked"),
        (Coded("there is no lock on table blocks"), "error", "there is no lock on table blocks"),
        (Coded(""), "error", "Coded"),
    ],
)  # fmt: skip
def test_reasons_come_from_codes_and_phrases_not_from_stray_words(error: Coded, reason: str, words: str) -> None:
    assert failures.words(error) == words
    assert failures.reason(error, words) == reason


def test_a_wrapped_error_is_the_drivers(tmp_path: Path) -> None:
    source = InspectorSource("s", SqlalchemyConnection(url=f"sqlite:///{tmp_path / 'x.db'}"))
    found = source.driver.classify(OperationalError("SELECT secret", {"p": "geheim"}, Coded("database is locked")))
    assert (found.reason, found.what) == ("lock", "database is locked")


def test_schemas_of_the_system_are_those_of_the_dialect() -> None:
    assert system_schema("mysql", "SYS")
    assert not system_schema("postgresql", "sys")
    assert not system_schema("postgresql", "mysql")
    assert system_schema("clickhousedb", "INFORMATION_SCHEMA")
    assert system_schema("ibm_db_sa", "SYSCAT")
    assert system_schema("postgresql", "pg_temp_3")
    assert not system_schema("unheard", "system")


def test_schemas_of_duckdb() -> None:
    listed = ["shop.main", '"my shop".x', "temp.main", "system.information_schema", "shop.a.b"]
    assert ours("duckdb", listed, "shop") == ["main", "a.b"]
    assert ours("duckdb", listed, "my shop") == ["x"]
    assert theirs("duckdb", "main", "my shop") == '"my shop".main'
    assert theirs("mysql", "main", "shop") == "main"
