"""The SQLAlchemy connector passes what every connector must, on three dialects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors.sqlalchemy.connection import SqlalchemyConnection
from connectors.sqlalchemy.service_spec import spec
from specs.config import MetadataExtract
from specs.testing.connector import ConnectorSuite
from tests.connectors.query_log import LOGGED
from tests.servers.mariadb import connect


class TestSqliteDialect(ConnectorSuite):
    spec = spec
    settings = LOGGED

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, sqlite_estate: Path) -> SqlalchemyConnection:
        return SqlalchemyConnection.from_url(urlsplit(f"sqlite+pysqlite:///{sqlite_estate}"))

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> SqlalchemyConnection:
        return SqlalchemyConnection(url="sqlite:////no/such/folder/shop.db")


@pytest.mark.server
class TestPostgresDialect(ConnectorSuite):
    """One schema only: every range is a connection of its own, which reflects slowly."""

    spec = spec
    settings = LOGGED
    samples = 3

    @pytest.fixture(scope="class")
    @classmethod
    def extract(cls) -> MetadataExtract:
        return MetadataExtract.model_validate({"schemas": {"include": ["^ops$"]}})

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, postgres_estate: str) -> SqlalchemyConnection:
        return SqlalchemyConnection(url=postgres_estate.replace("postgresql://", "postgresql+psycopg://", 1))

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> SqlalchemyConnection:
        return SqlalchemyConnection(url="postgresql+psycopg://nobody:secret-password@127.0.0.1:1/nowhere")


@pytest.mark.server
class TestMariadbDialect(ConnectorSuite):
    spec = spec
    settings = LOGGED
    samples = 3
    absent = "unknown"

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, mariadb_estate: str) -> Iterator[SqlalchemyConnection]:
        at = mariadb_estate.rpartition("@")[2]
        with connect(mariadb_estate) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE OR REPLACE USER reflector@'%' IDENTIFIED BY 'only-for-reading'")
            cursor.execute("GRANT SELECT, SHOW VIEW ON *.* TO reflector@'%'")
            yield SqlalchemyConnection(url=f"mysql+pymysql://reflector:only-for-reading@{at}", database="def")
            cursor.execute("DROP USER reflector@'%'")

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> SqlalchemyConnection:
        return SqlalchemyConnection(url="mysql+pymysql://nobody:secret-password@127.0.0.1:1/")

    @pytest.fixture(scope="class")
    @classmethod
    def extract(cls) -> MetadataExtract:
        return MetadataExtract.model_validate({"schemas": {"include": ["^shop_ops$"]}})


class TestSqliteDialectLineage(TestSqliteDialect):
    part = "lineage"


@pytest.mark.server
class TestPostgresDialectLineage(TestPostgresDialect):
    part = "lineage"


@pytest.mark.server
class TestMariadbDialectLineage(TestMariadbDialect):
    part = "lineage"
    absent = "no"
