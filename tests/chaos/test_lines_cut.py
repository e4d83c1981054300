"""A source whose line is cut again and again after some bytes: less is read in one go, until something gets through."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver.driver import MysqlDriver
from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.driver.driver import PostgresDriver
from scheduler.control.openings import root_of
from scheduler.control.reconciler import Reconciler
from specs.config import Limits
from specs.contracts.assignment import Assignment, Opening, UnitBudget
from specs.contracts.work import Run
from specs.errors import Retry
from specs.recipe.recipe import Recipe
from tests.servers.mariadb import connect
from tests.servers.proxy import Proxy
from workers.catalog import Catalog
from workers.embedded.solo import solo
from workers.ledger import SqlLedger
from workers.process.stop_flag import StopFlag
from workers.store.database import open_database

TABLES = 120
pytestmark = [pytest.mark.chaos, pytest.mark.server]


@pytest.fixture
def postgres_behind(postgres_database: str) -> Iterator[tuple[str, Proxy]]:
    """The URL of a database with many tables, through a proxy."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(f"""
            DO $$ BEGIN FOR n IN 1..{TABLES} LOOP
                EXECUTE format('CREATE TABLE t%s (id integer PRIMARY KEY, a text, b numeric(9, 2) DEFAULT 1)', n);
            END LOOP; END $$""")
    url = urlsplit(postgres_database)
    proxy = Proxy(url.port or 5432)
    yield url._replace(netloc=f"{url.netloc.rpartition('@')[0]}@127.0.0.1:{proxy.port}").geturl(), proxy
    proxy.close()


@pytest.fixture
def mariadb_behind(mariadb_database: str) -> Iterator[tuple[str, Proxy]]:
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        for n in range(TABLES):
            cursor.execute(f"CREATE TABLE t{n} (id INT PRIMARY KEY, a TEXT, b NUMERIC(9, 2) DEFAULT 1)")
    url = urlsplit(mariadb_database)
    proxy = Proxy(url.port or 3306)
    yield url._replace(netloc=f"{url.netloc.rpartition('@')[0]}@127.0.0.1:{proxy.port}").geturl(), proxy
    proxy.close()


def crawled(url: str, folder: Path) -> tuple[Run, dict[str, dict[str, int]], list[str]]:
    """The run, its counts by type, and what does not add up."""
    parts = urlsplit(url)
    kind = "mysql" if parts.scheme.startswith(("mysql", "mariadb")) else "postgres"
    connection = {"host": parts.hostname, "port": parts.port, "username": parts.username, "password": parts.password}
    given = {
        "service": {"name": "shop", "type": kind},
        "connection": {key: value for key, value in connection.items() if value is not None}
        | {"database": parts.path.removeprefix("/")},
    }
    recipe = Recipe.from_dict(given)
    db = open_database(f"sqlite:///{folder / 'catalog.db'}")
    try:
        ledger = SqlLedger(db)
        opened = ledger.open_run(Opening("shop", kind, recipe.to_dict(), (root_of(recipe),), slots=2), now=time.time())
        tick = Reconciler(ledger, opened.id, ledger.outstanding).tick
        solo(ledger, Assignment(opened.id, recipe, budget=UnitBudget(pause=0.005)), StopFlag(), tick)
        counts = ledger.counts(opened.id)
        return ledger.run(opened.id), counts, ledger.reconcile(opened.id, Catalog(db).stored(opened.id))
    finally:
        db.close()


@pytest.mark.parametrize("size", [12_000, 30_000])
def test_postgres_is_read_whole_however_little_passes(
    postgres_behind: tuple[str, Proxy], tmp_path: Path, size: int
) -> None:
    url, proxy = postgres_behind
    proxy.set("cut", size)
    run, counts, wrong = crawled(url, tmp_path)
    assert (run.state, run.reason) == ("complete", "")
    assert counts["Table"]["emitted"] == TABLES
    assert wrong == []


@pytest.mark.parametrize("size", [24_000, 60_000])
def test_mariadb_is_read_whole_however_little_passes(
    mariadb_behind: tuple[str, Proxy], tmp_path: Path, size: int
) -> None:
    url, proxy = mariadb_behind
    proxy.set("cut", size)
    run, counts, wrong = crawled(url, tmp_path)
    assert (run.state, run.reason) == ("complete", "")
    assert counts["Table"]["emitted"] == TABLES
    assert wrong == []


def test_mariadb_is_read_object_by_object_and_routines_are_listed_in_pages(
    mariadb_database: str, tmp_path: Path
) -> None:
    """The names of all routines and their arguments do not pass in one answer, nor more than one object."""
    arguments = ", ".join(f"argument_{n} INT" for n in range(8))
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        for n in range(25):
            cursor.execute(f"CREATE PROCEDURE p{n}({arguments}) SELECT {n}")
        cursor.execute("CREATE TABLE t (id INT PRIMARY KEY, a TEXT)")
    url = urlsplit(mariadb_database)
    proxy = Proxy(url.port or 3306)
    proxy.set("cut", 9_000)
    with closing(proxy):
        behind = url._replace(netloc=f"{url.netloc.rpartition('@')[0]}@127.0.0.1:{proxy.port}").geturl()
        run, counts, wrong = crawled(behind, tmp_path)
    assert (run.state, run.reason) == ("complete", "")
    assert (counts["Table"]["emitted"], counts["StoredProcedure"]["emitted"]) == (1, 25)
    assert wrong == []


def test_our_own_cut_after_a_deadline_is_called_ours(
    postgres_behind: tuple[str, Proxy], mariadb_behind: tuple[str, Proxy]
) -> None:
    url, proxy = postgres_behind
    parts = urlsplit(url)
    config = PostgresConnection.from_url(parts)
    driver = PostgresDriver(config, Limits(statement_timeout=0.1), lambda: None)
    driver.grace = 0.1
    driver.open()
    proxy.set("half-open")
    with pytest.raises(Retry, match=r"no answer within 0\.2 s, so we cut the connection"):
        driver.execute("SELECT 1")
    driver.close()
    url, proxy = mariadb_behind
    maria = MysqlDriver(MysqlConnection.from_url(urlsplit(url)), Limits(statement_timeout=0.1), lambda: None)
    maria.open()._read_timeout = 0.2  # type: ignore[attr-defined]
    proxy.set("half-open")
    with pytest.raises(Retry, match=r"no answer within 5\.1 s, so we cut the connection"):
        maria.fetch("SELECT 1")
    maria.close()
