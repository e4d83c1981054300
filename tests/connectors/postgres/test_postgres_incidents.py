"""What goes wrong at the source: locks, drops, lost connections, denied databases, hanging servers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.driver.driver import PostgresDriver
from connectors.postgres.metadata import PostgresSource
from specs.config import Limits, MetadataExtract
from specs.errors import Fatal, Retry
from specs.testing import harvest
from specs.topology.engine import walk
from specs.topology.events import Event, Found
from specs.topology.scope import EVERYTHING, Scope
from tests.connectors.postgres.support import SERVICE, as_role, events, outcomes, session, source

pytestmark = pytest.mark.server

KILL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'headrace' AND datname = current_database()"
)
QUICK = Limits(lock_timeout=0.3, statement_timeout=5)


def some_tables(count: int) -> list[str]:
    return [f"CREATE TABLE t{at:03} (id int PRIMARY KEY, n int DEFAULT 5 CHECK (n > 0))" for at in range(count)]


def test_an_exclusive_lock_costs_the_locked_objects_only(each_postgres_database: str) -> None:
    url = each_postgres_database
    with session(url, *some_tables(30), "CREATE VIEW v AS SELECT * FROM t003", "CREATE VIEW w AS SELECT * FROM t004"):
        with session(url, "BEGIN", "LOCK TABLE t003 IN ACCESS EXCLUSIVE MODE"):
            sent, reported = outcomes(events(url, limits=QUICK))
        assert {(outcome.kind, outcome.reason) for outcome in reported} <= {("failed", "lock")}
        assert {outcome.key for outcome in reported} <= {"t003", "v"}
        assert "v" in {outcome.key for outcome in reported}
        assert {f"t{at:03}" for at in range(30) if at != 3} | {"w"} <= set(sent)
        again, nothing = outcomes(events(url, limits=QUICK))
        assert nothing == []
        assert {"t003", "v"} <= set(again)


def test_a_table_dropped_while_crawling_is_gone(each_postgres_database: str) -> None:
    with session(each_postgres_database, *some_tables(20)) as other:
        walked = events(each_postgres_database, slice_=2)
        for event in walked:
            if isinstance(event, Found) and event.entity.name == "t000":
                other.execute("DROP TABLE t013, t019")
                break
        sent, reported = outcomes(walked)
    assert [(outcome.kind, outcome.key) for outcome in reported] == [("gone", "t013"), ("gone", "t019")]
    assert sent[-1] == "t018"


def test_a_killed_connection_is_retried_from_the_last_key(each_postgres_database: str) -> None:
    url = each_postgres_database
    found = harvest.Harvest()
    stored: list[Any] = [()]

    def take(walked: Iterator[Event], killer: psycopg.Connection[Any] | None = None) -> None:
        """Keep what comes up to the last cursor, as the ledger does; ``killer`` strikes behind ``t004``."""
        pending = harvest.Harvest()
        for event in walked:
            pending.take(event)
            if event.cursor is not None:
                found.add(pending)
                pending, stored[0] = harvest.Harvest(), event.cursor
            if killer is not None and isinstance(event, Found) and event.entity.name == "t004":
                killer.execute(KILL)

    with session(url, *some_tables(20)) as other:
        whole = harvest.walk_whole(lambda: source(url))
        with closing(source(url, slice_=3)) as first:
            walked = walk(first, first.topology, harvest.root(first), spawn=False)
            with pytest.raises(Retry) as lost:
                take(walked, other)
        assert lost.value.reason == "connection"
        with closing(source(url, slice_=3)) as second:
            take(walk(second, second.topology, harvest.root(second), resume=stored[0], spawn=False))
    assert found.objects == whole.objects


def test_a_source_reconnects_after_a_lost_connection(each_postgres_database: str) -> None:
    with closing(source(each_postgres_database)) as one, session(each_postgres_database) as other:
        first = one.identity()
        other.execute(KILL)
        with pytest.raises(Retry):
            one.driver.rows("identity")
        assert one.identity() == first


def test_no_transaction_outlives_its_slice(each_postgres_database: str) -> None:
    url = each_postgres_database
    seen = set()
    with session(url, *some_tables(12), "CREATE VIEW v AS SELECT * FROM t003") as other:
        for event in events(url, slice_=3):
            if isinstance(event, Found):
                # The slice read ahead may be in its own transaction right now; an older one must not be open.
                rows = other.execute(
                    "SELECT a.state, clock_timestamp() - a.xact_start, count(l.pid) FROM pg_stat_activity AS a"
                    " LEFT JOIN pg_locks AS l ON l.pid = a.pid AND l.locktype = 'relation'"
                    " AND l.relation >= 16384 WHERE a.application_name = 'headrace'"
                    " AND a.datname = current_database() GROUP BY 1, 2"
                ).fetchall()
                seen.update(state for state, _, _ in rows)
                for state, age, locks in rows:
                    assert age is None or age.total_seconds() < 1
                    assert state != "idle" or locks == 0
        assert "idle" in seen


def test_revoked_rights_hide_nothing(each_postgres_database: str) -> None:
    url = each_postgres_database
    with session(
        url, *some_tables(3), "DROP ROLE IF EXISTS reader_", "CREATE ROLE reader_ LOGIN PASSWORD 'r'"
    ) as other:
        other.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        reader = as_role(url, "reader_", "r")
        sent, reported = outcomes(events(reader))
        with closing(source(reader)) as one:
            scope = Scope.of(SERVICE, url.rsplit("/", 1)[1], "public")
            answer = one.exists("Table", scope, ["t000", "nothing"])
        other.execute("DROP ROLE reader_")
    assert {"t000", "t001", "t002"} <= set(sent)
    assert reported == []
    assert answer == {"t000": "yes", "nothing": "no"}


def test_a_wrong_password_is_fatal_and_says_no_secret(each_postgres_database: str) -> None:
    url = as_role(each_postgres_database, "postgres", "wr0ng-secret")
    with closing(source(url)) as one, pytest.raises(Fatal) as refused:
        one.identity()
    assert refused.value.exit_code == 2
    assert "wr0ng-secret" not in f"{refused.value}{refused.value.__dict__}"


def test_an_unreachable_server_is_worth_another_try() -> None:
    config = PostgresConnection(host="127.0.0.1", port=1, database="x")
    with closing(PostgresSource(SERVICE, config)) as one:
        with pytest.raises(Retry, match="cannot be reached"):
            one.identity()
        with pytest.raises(Retry, match="cannot be reached"):
            list(one.databases(one.root, EVERYTHING))


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        config = PostgresConnection(host="127.0.0.1", port=mute.getsockname()[1], database="x")
        driver = PostgresDriver(config, Limits(connect_timeout=2), lambda: None)
        with pytest.raises(Retry):
            driver.open()


def test_a_statement_on_a_hanging_server_is_cut(each_postgres_database: str) -> None:
    with closing(source(each_postgres_database, limits=Limits(statement_timeout=0.2))) as one:
        one.driver.grace = 0.5
        with one.driver.transaction():
            one.driver.execute("SELECT set_config('statement_timeout', '0', true)")
            with pytest.raises(Retry):
                one.driver.execute("SELECT pg_sleep(30)")


def test_cancel_from_another_thread(each_postgres_database: str) -> None:
    with closing(source(each_postgres_database)) as one:
        one.driver.open()
        timer = threading.Timer(0.3, one.cancel)
        timer.start()
        with pytest.raises(Retry) as cancelled:
            one.driver.execute("SELECT pg_sleep(30)")
        timer.join()
    assert cancelled.value.reason == "cancelled"


def test_statement_timeouts_are_named(each_postgres_database: str) -> None:
    with (
        closing(source(each_postgres_database, limits=Limits(statement_timeout=0.2))) as one,
        pytest.raises(Exception, match="timeout") as late,
    ):
        one.driver.execute("SELECT pg_sleep(30)")
    assert late.value.reason == "timeout"  # type: ignore[attr-defined]


def test_check_goes_through_every_step(each_postgres_database: str) -> None:
    with session(each_postgres_database, *some_tables(2), "CREATE VIEW v AS SELECT 1 AS n"):
        with closing(source(each_postgres_database)) as one:
            steps = list(one.check())
        wrong = as_role(each_postgres_database, "postgres", "wrong")
        with closing(source(wrong)) as one:
            failed = list(one.check())
        nowhere = PostgresSource(SERVICE, PostgresConnection(host="127.0.0.1", port=1), MetadataExtract())
        with closing(nowhere):
            dead = list(nowhere.check())
    assert [step.ok for step in steps] == [True] * len(steps)
    assert len(steps) == 10
    assert "1 definitions of 1 views" in [step.evidence for step in steps]
    assert [(step.name, step.ok) for step in failed] == [("reach the server", True), ("authenticate", False)]
    assert [(step.name, step.ok) for step in dead] == [("reach the server", False)]
    assert all(step.remedy for step in (failed[-1], dead[-1]))
