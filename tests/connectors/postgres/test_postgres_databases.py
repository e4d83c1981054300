"""Databases of a server: which ones are crawled, and what those cost that let nobody in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from psycopg import sql

from connectors.postgres.metadata import PostgresSource
from specs.errors import Fatal, Retry, Stop
from specs.testing import harvest
from specs.topology.engine import walk
from specs.topology.events import Covered, Found
from specs.topology.scope import EVERYTHING, Scope
from tests.connectors.postgres.support import SERVICE, as_role, events, outcomes, session, source
from tests.servers import postgres

pytestmark = pytest.mark.server


def some_tables(count: int) -> list[str]:
    return [f"CREATE TABLE t{at:03} (id int PRIMARY KEY)" for at in range(count)]


def test_a_denied_database_stops_with_the_grant_that_helps(each_postgres_database: str) -> None:
    url = each_postgres_database
    name = url.rsplit("/", 1)[1]
    with session(url, "DROP ROLE IF EXISTS nobody_", "CREATE ROLE nobody_ LOGIN PASSWORD 'n'") as other:
        other.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        denied = as_role(url, "nobody_", "n").rsplit("/", 1)[0] + "/"
        covered = [
            event.coverage
            for event in events(denied, databases={"include": [f"^{name}$"]})
            if isinstance(event, Covered) and event.coverage.error
        ]
        with closing(source(denied)) as one:
            answer = one.exists("Table", Scope.of(SERVICE, name, "public"), ["t"])
        other.execute("DROP ROLE nobody_")
    assert [(coverage.node, coverage.scope.path, coverage.reason) for coverage in covered] == [
        ("database_object", (SERVICE, name), "denied"),
        ("schema", (SERVICE, name), "denied"),
    ]
    assert f'GRANT CONNECT ON DATABASE "{name}" TO "nobody_"' in (covered[0].error or "")
    assert answer == {"t": "unknown"}


def test_an_invalid_database_is_told_at_once_and_the_rest_is_crawled(each_postgres_database: str) -> None:
    url = each_postgres_database
    name = url.rsplit("/", 1)[1]
    with session(url, *some_tables(1), f'CREATE DATABASE "{name}_inv"') as other:
        other.execute("UPDATE pg_database SET datconnlimit = -2 WHERE datname = %s", [f"{name}_inv"])
        try:
            sent, reported = outcomes(events(url.rsplit("/", 1)[0] + "/", databases={"include": [f"^{name}"]}))
            with closing(source(f"{url}_inv")) as one, pytest.raises((Fatal, Stop), match="invalid") as named:
                list(one.schemas(Scope.of(SERVICE, f"{name}_inv"), EVERYTHING))
        finally:
            other.execute(f'DROP DATABASE "{name}_inv"')
    assert "t000" in sent
    failed = [outcome for outcome in reported if outcome.kind == "failed"]
    assert [(outcome.type, outcome.key, outcome.reason) for outcome in failed] == [
        ("Database", f"{name}_inv", "invalid")
    ]
    assert "DROP DATABASE" in failed[0].message
    assert "DROP DATABASE" in named.value.remedy


def test_a_database_that_lets_nobody_in_is_told_at_once(each_postgres_database: str) -> None:
    url = each_postgres_database
    name = url.rsplit("/", 1)[1]
    setup = ("DROP ROLE IF EXISTS nobody_", "CREATE ROLE nobody_ LOGIN PASSWORD 'n'")
    with session(url, *setup, f'ALTER DATABASE "{name}" CONNECTION LIMIT 0') as other:
        outside = as_role(url, "nobody_", "n").rsplit("/", 1)[0] + "/"
        chosen = {"include": [f"^{name}$"]}
        covered = [e.coverage for e in events(outside, databases=chosen) if isinstance(e, Covered) and e.coverage.error]
        other.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 2')
        with closing(source(outside)) as one, closing(source(as_role(url, "nobody_", "n"))) as holding:
            holding.identity()
            with pytest.raises(Retry, match="as many connections as it may have") as full:
                list(one.schemas(Scope.of(SERVICE, name), EVERYTHING))
        other.execute("DROP ROLE nobody_")
    assert [(coverage.node, coverage.reason) for coverage in covered] == [
        ("database_object", "limit"),
        ("schema", "limit"),
    ]
    assert "connection limit is 0" in (covered[0].error or "")
    assert "connection limit" in full.value.remedy


def test_databases_of_providers_are_left_out_unless_asked_for(postgres_url: str) -> None:
    everything = postgres_url.rsplit("/", 1)[0] + "/"
    with session(postgres_url, "DROP DATABASE IF EXISTS rdsadmin", "CREATE DATABASE rdsadmin") as other:
        try:
            found = {}
            for asked, url, options in (
                ("all", everything, {}),
                ("system", everything, {"system_schemas": True}),
                ("named", f"{everything}rdsadmin", {}),
            ):
                with closing(source(url, **options)) as one:
                    found[asked] = "rdsadmin" in {step.key for step in one.databases(one.root, EVERYTHING)}
        finally:
            other.execute("DROP DATABASE rdsadmin")
    assert found == {"all": False, "system": True, "named": True}


@pytest.fixture
def walled_server() -> Iterator[postgres.PostgresServer]:
    """A server that lets nobody into the database ``walled``."""
    server = postgres.PostgresServer(postgres.installed()[0])
    rules = server.process.folder / "data" / "pg_hba.conf"
    rules.write_text("host walled all 127.0.0.1/32 reject\n" + rules.read_text())
    try:
        with session(server.url, "SELECT pg_reload_conf()", "CREATE DATABASE walled", "CREATE DATABASE zapp"):
            pass
        with session(server.database_url("zapp"), "CREATE TABLE zt (a int)"):
            yield server
    finally:
        server.stop()


def test_a_database_that_the_server_refuses_is_one_denied_scope(walled_server: postgres.PostgresServer) -> None:
    found = list(events(walled_server.database_url("")))
    sent, _ = outcomes(iter(found))
    denied = [e.coverage for e in found if isinstance(e, Covered) and e.coverage.error]
    assert "zt" in sent
    assert {(coverage.scope.path[1], coverage.reason) for coverage in denied} == {("walled", "denied")}
    assert "pg_hba.conf" in (denied[0].error or "")
    with closing(source(walled_server.database_url("walled"))) as one, pytest.raises(Fatal, match=r"pg_hba\.conf"):
        one.identity()


def test_a_missing_database_stops(each_postgres_database: str) -> None:
    with closing(source(each_postgres_database + "_not_here")) as one, pytest.raises(Stop, match="no database"):
        list(one.schemas(Scope.of(SERVICE, one.driver.database), EVERYTHING))


def test_all_databases_of_the_server(each_postgres_database: str) -> None:
    url = each_postgres_database
    name = url.rsplit("/", 1)[1]
    with session(url, *some_tables(2)):
        with closing(source(url.rsplit("/", 1)[0] + "/", databases={"include": [f"^{name}$", "^postgres$"]})) as one:
            found = [e for e in walk(one, one.topology, harvest.root(one), spawn=False) if isinstance(e, Found)]
        kept = [event.entity.name for event in found if event.entity.type_name() == "Database"]

        def build() -> PostgresSource:
            chosen = {"include": [f"^{name}$", "^postgres$"]}
            return source(url.rsplit("/", 1)[0] + "/", slice_=2, databases=chosen)

        assert harvest.walk_units(build).objects == harvest.walk_whole(build).objects
        assert sorted(kept) == sorted([name, "postgres"])
        assert {"t000", "t001"} <= {event.entity.name for event in found}
