"""Usage from pg_stat_statements of a real server: counted by object, and what is hidden or missing is told."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.service_spec import spec
from connectors.postgres.usage import PostgresUsage
from specs.errors import Stop
from tests.connectors import told_lineage
from tests.servers import postgres
from tests.servers.process import Unavailable


@pytest.fixture(scope="module", params=[each.major for each in postgres.installed()])
def server(request: pytest.FixtureRequest) -> Iterator[postgres.PostgresServer]:
    (binaries,) = [each for each in postgres.installed() if each.major == request.param]
    try:
        made = postgres.PostgresServer(binaries, {"shared_preload_libraries": "pg_stat_statements"})
    except Unavailable as problem:
        pytest.skip(f"pg_stat_statements cannot be loaded: {problem}")
    yield made
    made.stop()


def usage(server: postgres.PostgresServer, user: str = postgres.USER) -> PostgresUsage:
    return PostgresUsage(
        "shop",
        PostgresConnection(
            host="127.0.0.1", port=server.port, database="postgres", username=user, password=postgres.PASSWORD
        ),
    )


@pytest.mark.server
def test_counters_are_read_with_their_remedies(server: postgres.PostgresServer) -> None:
    source = usage(server)
    with psycopg.connect(server.url, autocommit=True) as connection:
        with pytest.raises(Stop, match="pg_stat_statements is not in this database"):
            source.counters()
        connection.execute("CREATE SCHEMA tools")
        connection.execute("CREATE EXTENSION pg_stat_statements SCHEMA tools")
        connection.execute("CREATE TABLE orders (id int)")
        for at in range(3):
            connection.execute(f"SELECT id FROM orders WHERE id = {at}")
        found = source.counters()
        source.close()
        (orders,) = [each for each in found.counters if each.text.startswith("SELECT id FROM orders")]
        assert (orders.user, orders.database, orders.calls) == ("postgres", "postgres", 3)
        assert "$1" in orders.text
        assert not found.problems
        connection.execute(f"CREATE ROLE crawler LOGIN PASSWORD '{postgres.PASSWORD}'")
        connection.execute("GRANT USAGE ON SCHEMA tools TO crawler")
        connection.execute("CREATE TABLE copies (id int)")
        for at in range(4):
            connection.execute(f"INSERT INTO copies SELECT id FROM orders WHERE id < {at}")
        config = PostgresConnection.from_url(urlsplit(server.url))
        catalog = told_lineage.stored(spec, config, databases={"include": ["^postgres$"]})
        walked = told_lineage.events(told_lineage.lineage_source(spec, config, catalog, views=False, statistics=True))
        assert told_lineage.outcomes(walked) == []
        (lineage,) = told_lineage.entities(walked).values()
        assert told_lineage.moves(lineage) == {
            "public.copies": {told_lineage.TABLES: ["public.orders"], "id": ["public.orders.id"]}
        }
        assert [each.count for each in lineage.seen or ()] == [4]
        less = usage(server, "crawler")
        told = less.counters()
        less.close()
        assert not [each for each in told.counters if each.user == "postgres"]
        assert [(each.reason, "pg_read_all_stats" in each.remedy) for each in told.problems] == [("denied", True)]
