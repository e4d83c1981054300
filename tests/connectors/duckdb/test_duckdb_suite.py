"""DuckDB passes what every connector must."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.duckdb.connection import DuckdbConnection
from connectors.duckdb.service_spec import spec
from specs.testing.connector import ConnectorSuite
from tests.connectors.query_log import LOGGED


class TestDuckdb(ConnectorSuite):
    spec = spec
    settings = LOGGED

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, duckdb_estate: Path) -> DuckdbConnection:
        return DuckdbConnection(path=str(duckdb_estate))

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> DuckdbConnection:
        return DuckdbConnection(path=str(Path(__file__).with_name("no such file.duckdb")))


class TestDuckdbLineage(TestDuckdb):
    part = "lineage"
