"""Catalogs that cannot be used: every process says in one line which setting is wrong and what to do, and ends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.workers.cluster.test_bad_starts import SECRET, headrace
from workers.store.database import open_database

pytestmark = pytest.mark.server
PROCESSES = ("worker", "flusher", "scheduler", "publisher")


def unreachable(url: str) -> str:
    return f"postgresql://u:{SECRET}@127.0.0.1:1/x"


def unknown_host(url: str) -> str:
    return f"postgresql://u:{SECRET}@nowhere.invalid/x"


def wrong_password(url: str) -> str:
    head, _, tail = url.partition("@")
    return f"{head.rpartition(':')[0]}:{SECRET}@{tail}"


def no_such_database(url: str) -> str:
    return f"{url}_gone"


def newer(url: str) -> str:
    return versioned(url, "0999")


def foreign_version(url: str) -> str:
    """Another program that uses Alembic, with a revision that sorts before ours."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('0000a1b2c3d4')")
    return url


def foreign_tables(url: str) -> str:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE services (id integer PRIMARY KEY)")
    return url


def versioned(url: str, version: str) -> str:
    with closing(open_database(url)) as db, db.write() as conn:
        conn.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
    return url


BAD: dict[Callable[[str], str], str] = {
    unreachable: "127.0.0.1:1",
    unknown_host: "nowhere.invalid",
    wrong_password: "password",
    no_such_database: "does not exist",
    newer: "0999",
    foreign_version: "0000a1b2c3d4",
    foreign_tables: "another program",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_one_line_names_it(spoil: Callable[[str], str], redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    catalog = spoil(postgres_database)
    for process in PROCESSES if spoil is wrong_password else ("worker",):
        code, out = headrace(tmp_path, process, HEADRACE_REDIS=redis_url, HEADRACE_CATALOG=catalog)
        assert code in (1, 2, 4), (process, out)
        assert out.count("\n") == 1, (process, out)
        assert BAD[spoil] in out, (process, out)
        assert SECRET not in out
        assert "HEADRACE_CATALOG" in out or "--catalog" in out, (process, out)
