"""Behind a connection pooler sessions are shared: nothing of ours stays in them, and nothing of them is ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from specs.errors import Fatal
from specs.testing import harvest
from specs.topology.engine import walk
from specs.topology.scope import EVERYTHING
from tests.connectors.postgres.support import session, source
from tests.servers import pgbouncer
from tests.servers.process import Unavailable

pytestmark = pytest.mark.server

SETUP = (
    "CREATE TABLE ix (a int DEFAULT 5, t timestamptz DEFAULT '2024-03-01 00:00:00+00')",
    "CREATE VIEW v AS SELECT * FROM ix WHERE t > '2024-01-01 00:00:00+00'::timestamptz",
    "CREATE TYPE e AS ENUM ('a', 'b')",
    "CREATE SEQUENCE s",
    "CREATE FUNCTION f(a timestamptz DEFAULT '2024-01-01 00:00+00') RETURNS int LANGUAGE sql AS 'SELECT 1'",
    *(f"CREATE TABLE t{at:02} (id int PRIMARY KEY)" for at in range(30)),
)
SEEN = (
    "SELECT name, setting FROM pg_settings WHERE name NOT IN ('application_name', 'transaction_isolation') ORDER BY 1"
)


@contextmanager
def pool(url: str, mode: str = "transaction", ignored: str = "extra_float_digits") -> Iterator[pgbouncer.PgBouncer]:
    found = pgbouncer.binary()
    if found is None:
        pytest.skip(pgbouncer.NEEDED)
    try:
        made = pgbouncer.PgBouncer(found, url, mode, ignored)
    except Unavailable as error:
        pytest.skip(f"PgBouncer: {error}")
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def others(url: str) -> Iterator[list[psycopg.Connection[tuple[str, str]]]]:
    """Two applications of the same pool."""
    one, two = (psycopg.connect(url, autocommit=True, prepare_threshold=None) for _ in range(2))
    with closing(one), closing(two):
        yield [one, two]


def settings(clients: list[psycopg.Connection[tuple[str, str]]]) -> list[dict[str, str]]:
    """What every server connection of the pool is set to: both clients are in a transaction at the same time."""
    for client in clients:
        client.execute("BEGIN")
    found = [dict(client.execute(SEEN).fetchall()) for client in clients]
    for client in clients:
        client.execute("COMMIT")
    return found


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_a_crawl_through_a_pooler_changes_nothing_for_others_and_finds_the_same(
    each_postgres_database: str, mode: str
) -> None:
    url = each_postgres_database
    with session(url, *SETUP), pool(url, mode) as bouncer:
        direct = harvest.walk_whole(lambda: source(url, slice_=7))
        pooled_url = bouncer.url(url.rsplit("/", 1)[1])
        if mode == "session":  # a session that is held has one of the two server connections for itself
            assert harvest.walk_whole(lambda: source(pooled_url, slice_=7)).objects == direct.objects
            return
        with others(pooled_url) as clients:
            before = settings(clients)
            seen, found = [], harvest.Harvest()
            with closing(source(pooled_url, slice_=7)) as one:
                for at, event in enumerate(walk(one, one.topology, harvest.root(one), spawn=False)):
                    found.take(event)
                    if at % 5 == 0:
                        seen.append(settings(clients))
            after = settings(clients)
            clients[0].execute("CREATE TABLE written (a int)")
            clients[1].execute("INSERT INTO ix (a) VALUES (1)")
    assert found.objects == direct.objects
    assert len(seen) > 5
    assert all(each == before for each in [*seen, after])


def test_every_statement_on_its_own_leaves_nothing_behind(postgres_database: str) -> None:
    with pool(postgres_database) as bouncer:
        url = bouncer.url(postgres_database.rsplit("/", 1)[1])
        with others(url) as clients:
            before = settings(clients)
            with closing(source(url)) as one:
                one.identity()
                list(one.databases(one.root, EVERYTHING))
                list(one.schemas(one.root.child(one.driver.database), EVERYTHING))
                with pytest.raises(Exception, match="no_such"):
                    one.driver.execute("SELECT * FROM no_such")
                assert settings(clients) == before


def test_nothing_is_sent_behind_the_end_of_a_transaction(postgres_database: str, tmp_path: Path) -> None:
    """A pooler would give a server connection to whoever sends it, and get it back with the next transaction only."""
    with closing(source(postgres_database)) as one, (tmp_path / "trace").open("w") as trace:
        connection = one.driver.open().pgconn
        connection.trace(trace.fileno())
        one.driver.execute("SELECT pg_sleep(0.1)")  # its answer is not there when everything is sent
        connection.untrace()
    lines = [line.split("\t") for line in (tmp_path / "trace").read_text().splitlines()]
    sent = [line[3].strip() for line in lines if len(line) > 3 and line[1] == "F"]
    assert sent[-1] == "Sync"
    assert not {"Sync", "Flush"} & set(sent[:-1])


def test_a_pooler_without_transactions_is_refused_with_a_clear_word(postgres_database: str) -> None:
    with session(postgres_database, *SETUP), pool(postgres_database, "statement") as bouncer:
        one = source(bouncer.url(postgres_database.rsplit("/", 1)[1]))
        with closing(one), pytest.raises(Fatal, match="allows no transactions") as refused:
            list(walk(one, one.topology, harvest.root(one), spawn=False))
    assert refused.value.reason == "settings"
    assert "transaction or session mode" in refused.value.remedy
