"""SQLite passes what every connector must."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.service_spec import spec
from specs.testing.connector import ConnectorSuite
from tests.connectors.query_log import LOGGED


class TestSqlite(ConnectorSuite):
    spec = spec
    settings = LOGGED

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, sqlite_estate: Path) -> SqliteConnection:
        return SqliteConnection(path=str(sqlite_estate))

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> SqliteConnection:
        return SqliteConnection(path=str(Path(__file__).with_name("no such file.db")))


class TestSqliteLineage(TestSqlite):
    part = "lineage"
