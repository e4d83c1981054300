"""Databases that are files are known by what is in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from scheduler.recipes.database_files import recognised
from tests.scheduler.cli.commands.calling import called


@pytest.mark.parametrize("name", ["own.db", "own", "own.yml", "odd ${env:X} name.sqlite3"])
def test_sqlite_under_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (id integer)")
        connection.commit()
    done = called("crawl", str(path), "-q", "--json", "--catalog", str(tmp_path / "c.db"))
    assert done.code == 0, done.err
    assert done.json["entities"]["Table"]["emitted"] == 1
    assert called("check", str(path)).code == 0


@pytest.mark.parametrize("name", ["own.db", "own.duckdb", "own"])
def test_duckdb_under_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    duckdb.connect(str(path)).execute("CREATE TABLE t (id integer)").close()
    done = called("crawl", str(path), "-q", "--json", "--catalog", str(tmp_path / "c.db"))
    assert done.code == 0, done.err
    assert called("services", "--catalog", str(tmp_path / "c.db"), "--json").json[0]["service"] == "duckdb_own"


def test_a_name_may_be_given(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (id integer)")
    called("crawl", str(path), "-q", "--name", "mine", "--catalog", str(tmp_path / "c.db"))
    assert called("services", "--catalog", str(tmp_path / "c.db"), "--json").json[0]["service"] == "mine"


def test_other_files_are_recipes_or_refused(tmp_path: Path) -> None:
    for content in (b"", b"SQLite format 3", b"12345678DUC", b"service: {}", bytes(100)):
        (tmp_path / "x").write_bytes(content)
        assert recognised(tmp_path / "x") is None
    assert recognised(tmp_path) is None
    assert recognised(tmp_path / "missing") is None
