"""Every kind of change that SQLite knows shows as one change, or the docs say why it does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.metadata import SqliteSource
from tests.changes import check, load


def test_every_kind_of_change_shows(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    setup, changes = load(__file__)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in setup:
            connection.execute(statement)
        config = SqliteConnection(path=str(path))
        check("SQLite", changes, connection.execute, lambda: SqliteSource("s", config), "s.main.main")
