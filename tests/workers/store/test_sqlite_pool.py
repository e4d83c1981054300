"""Connections to SQLite catalogs, and the rows that they answer."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from workers.store.sqlite.address import SqliteAddress, address
from workers.store.sqlite.pool import IDLE_CONNECTIONS, SqlitePool


def at(folder: Path) -> SqliteAddress:
    found = address(f"sqlite:///{folder}/c.db")
    assert found is not None
    return found


@pytest.fixture
def pool(tmp_path: Path) -> SqlitePool:
    return SqlitePool(at(tmp_path))


def test_a_catalog_in_a_file_is_opened_without_sqlalchemy(tmp_path: Path) -> None:
    code = (
        "import sys, scheduler.app.runs.crawl; from workers.store.database import open_database;"
        f"open_database('sqlite:///{tmp_path}/c.db').close(); sys.exit('sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_rows_have_their_values_by_place_and_by_name(pool: SqlitePool) -> None:
    with pool.connect() as session:
        row = session.exec_driver_sql("SELECT 1 AS a, 'x' AS b, 2 AS count").first()
        assert row is not None
        assert (row, row.a, row.b, row.count, row[1:]) == ((1, "x", 2), 1, "x", 2, ("x", 2))
        assert row._asdict() == {"a": 1, "b": "x", "count": 2}
        assert [each.n for each in session.exec_driver_sql("SELECT value AS n FROM json_each('[3,4]')")] == [3, 4]
        assert session.exec_driver_sql("SELECT 1 WHERE false").first() is None
        assert session.exec_driver_sql("SELECT :n", {"n": 5}).scalar_one() == 5
        with pytest.raises(ValueError, match="unpack"):
            session.exec_driver_sql("SELECT 1 WHERE false").scalar_one()
    pool.dispose()


def test_values_of_several_rows_run_the_statement_for_each(pool: SqlitePool) -> None:
    with pool.connect() as session:
        session.exec_driver_sql("CREATE TABLE t (n)")
        assert session.exec_driver_sql("INSERT INTO t VALUES (?)", [(1,), (2,)]).rowcount == 2
        assert list(session.exec_driver_sql("SELECT n FROM t ORDER BY n").scalars()) == [1, 2]
    pool.dispose()


def test_what_was_not_committed_is_undone_when_a_connection_comes_back(pool: SqlitePool) -> None:
    with pool.connect() as session:
        session.exec_driver_sql("CREATE TABLE t (n)")
        session.exec_driver_sql("BEGIN IMMEDIATE")
        session.exec_driver_sql("INSERT INTO t VALUES (1)")
    with pool.connect() as again:
        assert again.raw is session.raw
        assert not again.raw.in_transaction
        assert again.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
    pool.dispose()


def test_a_pool_that_is_closed_closes_what_comes_back_and_may_be_used_again(pool: SqlitePool) -> None:
    with pool.connect() as session:
        pool.dispose()
        assert session.exec_driver_sql("SELECT 1").scalar() == 1
    with pytest.raises(sqlite3.ProgrammingError):
        session.raw.execute("SELECT 1")
    with pool.connect() as other:
        assert other.exec_driver_sql("SELECT 1").scalar() == 1
    pool.dispose()
    pool.dispose()


def test_few_connections_stay_open_while_nobody_uses_them(pool: SqlitePool) -> None:
    taken = [pool.connect() for _ in range(IDLE_CONNECTIONS + 2)]
    sessions = [each.__enter__() for each in taken]
    for each in taken:
        each.__exit__(None, None, None)

    def closed(raw: sqlite3.Connection) -> bool:
        try:
            raw.execute("SELECT 1").close()
        except sqlite3.ProgrammingError:
            return True
        return False

    assert sum(closed(session.raw) for session in sessions) == 2
    pool.dispose()


def test_a_database_in_memory_is_one_connection() -> None:
    found = address("sqlite://")
    assert found is not None
    pool = SqlitePool(found)
    with pool.connect() as session:
        session.exec_driver_sql("CREATE TABLE t (n)")
    with pool.connect() as first, pool.connect() as second:
        assert first is second
        assert first.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
    pool.dispose()
    with pool.connect() as other, pytest.raises(sqlite3.OperationalError, match="no such table"):
        other.exec_driver_sql("SELECT count(*) FROM t")
    pool.dispose()


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("sqlite:////data/a%20b.db?x=1", "/data/a b.db"),
        ("sqlite:///file:/data/a.db?uri=true&mode=ro&cache=shared", "file:/data/a.db?cache=shared&mode=ro"),
        ("sqlite+pysqlite://", ":memory:"),
    ],
)
def test_what_sqlite_opens(url: str, target: str) -> None:
    found = address(url)
    assert found is not None
    assert found.target == target


@pytest.mark.parametrize("url", ["postgresql://h/d", "sqlite://host/x.db", "sqlite:x.db", "x.db"])
def test_no_url_of_sqlite(url: str) -> None:
    assert address(url) is None
