"""Usage from the performance_schema of a real MariaDB server."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.service_spec import spec
from connectors.mysql.usage import MysqlUsage
from specs.errors import Stop
from tests.connectors import told_lineage
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
        with mariadb.connect(server.url, "shop") as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE copies (id int)")
            for at in range(4):
                cursor.execute(f"INSERT INTO copies SELECT id FROM orders WHERE id < {at}")
        config = MysqlConnection.from_url(urlsplit(server.url))
        catalog = told_lineage.stored(spec, config, schemas={"include": ["^shop$"]})
        walked = told_lineage.events(told_lineage.lineage_source(spec, config, catalog, views=False, statistics=True))
        assert told_lineage.outcomes(walked) == []
        (lineage,) = told_lineage.entities(walked).values()
        assert told_lineage.moves(lineage) == {
            "shop.copies": {told_lineage.TABLES: ["shop.orders"], "id": ["shop.orders.id"]}
        }
        assert [each.count for each in lineage.seen or ()] == [4]
    finally:
        source.close()
        server.stop()
