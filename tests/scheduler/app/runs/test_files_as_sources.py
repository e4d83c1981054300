"""A file that was emptied, replaced by something else or taken away is no empty database: nothing goes for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from workers.catalog import Catalog
from workers.store.database import open_database

TABLES = ("CREATE TABLE a (id integer)", "CREATE TABLE b (id integer)")
HARM: dict[str, Callable[[Path], object]] = {
    "emptied": lambda path: path.write_bytes(b""),
    "taken away": lambda path: path.unlink(),
    "replaced": lambda path: path.write_bytes(b"<html>no database</html>" * 50),
    "replaced by a folder": lambda path: (path.unlink(), path.mkdir()),
}


def make_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(";".join(TABLES))


def make_duckdb(path: Path) -> None:
    with closing(duckdb.connect(str(path))) as connection:
        for statement in TABLES:
            connection.execute(statement)


SOURCES = {
    "sqlite": (make_sqlite, lambda path: {"path": str(path)}),
    "duckdb": (make_duckdb, lambda path: {"path": str(path)}),
    "sqlalchemy": (make_sqlite, lambda path: {"url": f"sqlite:///{path}"}),
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("harm", HARM)
def test_nothing_goes_for_a_file_that_is_no_database_any_more(tmp_path: Path, kind: str, harm: str) -> None:
    make, connection = SOURCES[kind]
    path, catalog = tmp_path / "shop.db", f"sqlite:///{tmp_path}/catalog.db"

    def crawled() -> Summary:
        recipe = {"service": {"name": "shop", "type": kind}, "connection": connection(path)}
        return crawl(Recipe.from_dict(recipe), catalog=catalog)

    def found() -> list[str]:
        with closing(open_database(catalog)) as db:
            return list(Catalog(db).export())

    make(path)
    assert crawled().status == "complete"
    before = found()
    HARM[harm](path)
    for _ in range(2):
        told = crawled()
        assert (told.status, told.exit_code) in (("failed", 2), ("partial", 3))
        assert str(path) in told.reason
        assert (told.missing, told.deleted) == ({}, {})
        assert found() == before
