"""MariaDB passes what every connector must, as a user with no more rights than the documentation asks for."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.service_spec import spec
from specs.config import MetadataExtract
from specs.testing.connector import ConnectorSuite
from tests.servers.mariadb import connect

pytestmark = pytest.mark.server


class TestMysql(ConnectorSuite):
    spec = spec

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, mariadb_estate: str) -> Iterator[MysqlConnection]:
        url = urlsplit(mariadb_estate)
        with connect(mariadb_estate) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE OR REPLACE USER reader@'%' IDENTIFIED BY 'only-for-reading'")
            cursor.execute("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO reader@'%'")
            yield MysqlConnection.from_url(url._replace(netloc=f"reader:only-for-reading@{url.hostname}:{url.port}"))
            cursor.execute("DROP USER reader@'%'")

    @pytest.fixture(scope="class")
    @classmethod
    def extract(cls) -> MetadataExtract:
        return MetadataExtract.model_validate({"schemas": {"include": ["^shop_"]}})

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> MysqlConnection:
        return MysqlConnection.from_url(urlsplit("mysql://nobody:secret-password@127.0.0.1:1/"))


class TestMysqlLineage(TestMysql):
    part = "lineage"
