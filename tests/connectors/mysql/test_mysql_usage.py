"""Usage from the performance_schema of a real MariaDB server."""

from __future__ import annotations

import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.usage import MysqlUsage
from specs.errors import Stop
from tests.servers import mariadb


def usage(server: mariadb.MariadbServer) -> MysqlUsage:
    config = MysqlConnection(host="127.0.0.1", port=server.port, username=mariadb.USER, password=mariadb.PASSWORD)
    return MysqlUsage("shop", config)


@pytest.mark.server
@pytest.mark.parametrize("counting", ["ON", "OFF"])
def test_digests_are_read_where_the_server_keeps_them(counting: str) -> None:
    binary = mariadb.binary()
    if binary is None:
        pytest.skip(mariadb.NEEDED)
    server = mariadb.MariadbServer(binary, f"--performance-schema={counting}")
    source = usage(server)
    try:
        if counting == "OFF":
            with pytest.raises(Stop, match="performance_schema is off"):
                source.counters()
            return
        with mariadb.connect(server.url) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE shop")
            cursor.execute("USE shop")
            cursor.execute("CREATE TABLE orders (id int)")
            for at in range(3):
                cursor.execute(f"SELECT id FROM orders WHERE id = {at}")
        found = source.counters()
        (orders,) = [each for each in found.counters if "FROM `orders`" in each.text]
        assert (orders.database, orders.calls) == ("shop", 3)
        assert orders.last is not None
        assert found.since is not None
        assert orders.last >= found.since - 60
    finally:
        source.close()
        server.stop()
