"""Every kind of change that MariaDB knows shows as one change, or the docs say why it does not."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.metadata import MysqlSource
from tests.changes import check, load
from tests.servers.mariadb import connect

pytestmark = pytest.mark.server


def test_every_kind_of_change_shows(mariadb_database: str) -> None:
    config = MysqlConnection.from_url(urlsplit(mariadb_database))
    name = urlsplit(mariadb_database).path.strip("/")
    setup, changes = load(__file__)
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        for statement in setup:
            cursor.execute(statement)
        check("MariaDB", changes, cursor.execute, lambda: MysqlSource("s", config), f"s.def.{name}")
