"""SQLite passes what every connector must."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.service_spec import spec
from specs.entities.lineage import Lineage
from specs.testing.connector import ConnectorSuite
from specs.topology.events import Found
from tests.connectors.query_log import LOGGED, MOVED


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
    settings = LOGGED | MOVED

    def test_logs_and_declarations_are_walked(self, found: list[Found]) -> None:
        told = [each.entity for each in found if isinstance(each.entity, Lineage)]
        evidence = Counter(each.evidence for each in told)
        assert (evidence["query_log"], evidence["declared"]) == (4, 2)
        assert evidence["view"]
