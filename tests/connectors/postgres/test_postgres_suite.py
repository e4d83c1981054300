"""PostgreSQL passes what every connector must."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from connectors.postgres.connection import PostgresConnection
from connectors.postgres.service_spec import spec
from specs.config import MetadataExtract
from specs.testing.connector import ConnectorSuite

pytestmark = pytest.mark.server


class TestPostgres(ConnectorSuite):
    spec = spec

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, postgres_estate: str) -> PostgresConnection:
        return PostgresConnection.from_url(urlsplit(postgres_estate))

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> PostgresConnection:
        return PostgresConnection(host="127.0.0.1", port=1, database="nowhere")


class TestEverythingShown(TestPostgres):
    """The same with child partitions and exact sizes."""

    @pytest.fixture(scope="class")
    @classmethod
    def extract(cls) -> MetadataExtract:
        return MetadataExtract(partitions=True, sizes=True)
