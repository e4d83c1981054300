"""PostgreSQL passes what every connector must."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.service_spec import spec
from specs.config import MetadataExtract
from specs.testing.connector import ConnectorSuite
from specs.testing.connector.entities import EntitySuite
from specs.testing.connector.law import LawSuite
from tests.estate import build
from tests.servers import postgres

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


class TestEverythingShown(LawSuite, EntitySuite):
    """The same on the oldest server that is here, with child partitions and exact sizes."""

    spec = spec

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, postgres_servers: list[tuple[int, str]]) -> Iterator[PostgresConnection]:
        server, name = postgres_servers[0][1], f"suite_{uuid.uuid4().hex[:8]}"
        url = postgres.create_database(server, name)
        build.build_postgres(url)
        yield PostgresConnection.from_url(urlsplit(url))
        postgres.drop_database(server, name)

    @pytest.fixture(scope="class")
    @classmethod
    def extract(cls) -> MetadataExtract:
        return MetadataExtract(partitions=True, sizes=True)


class TestPostgresLineage(TestPostgres):
    part = "lineage"
