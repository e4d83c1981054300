"""What happens to us is no failure of the source: a lost lease, a ledger or a queue that is out."""

from __future__ import annotations

import sqlite3

import pytest
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from specs.contracts.work import Lost
from specs.errors import Retry
from specs.sources.base import Presence
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.engine import walk
from specs.topology.events import Event, Start
from specs.topology.read_mode import ReadMode
from specs.topology.scope import Scope
from workers.queues.redis import errors
from workers.store import database_errors
from workers.unit.runner import OURS
from workers.unit.source.confirmation import confirm

SCHEMA = Scope.of("fake", "db_00", "schema_0000")


def lost(node: str, listing: Scope, key: str) -> None:
    if key == "t0000001":
        raise Lost("another worker holds the unit now")


def test_a_lease_that_is_lost_while_a_key_is_written_down_is_no_failure_of_the_listing() -> None:
    source = FakeSource("fake", FakeConnection(columns=1), reading=ReadMode(slice=1, touch=lost))
    told: list[Event] = []
    with pytest.raises(Lost):
        told.extend(walk(source, source.topology, Start("table", SCHEMA)))
    assert told, "what came before it stands"
    assert not any(type(event).__name__ in ("Covered", "Reported") for event in told)


def test_a_lease_that_is_lost_while_the_source_is_asked_is_no_answer() -> None:
    class Asked(FakeSource):
        def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
            raise Lost("the lease ran out")

    with pytest.raises(Lost):
        list(confirm(Asked("fake", FakeConnection()), [("Table", "fake.db_00.schema_0000.t")]))


STATES = ("53300", "40001", "40P01", "55P03", "57P01", "08006")


class State(Exception):
    def __init__(self, sqlstate: str | None, text: str = "") -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "error",
    [
        *(
            DBAPIError("SELECT 1", None, State(state))
            for state in ("53300", "40001", "40P01", "55P03", "57P01", "08006")
        ),
        OperationalError("SELECT 1", None, sqlite3.OperationalError("database is locked")),
        OperationalError("SELECT 1", None, State(None, "connection refused")),
        OperationalError("SELECT 1", None, State(None, "could not translate host name")),
        PoolTimeout(),
    ],
)
def test_trouble_with_the_catalog_is_ours(error: DBAPIError | PoolTimeout) -> None:
    found = database_errors.translate(error, "catalog")
    assert isinstance(found, Retry)
    assert found.reason in OURS


@pytest.mark.parametrize(
    "error", [RedisGone("refused"), OutOfMemoryError("command not allowed"), ReadOnlyError("read only")]
)
def test_trouble_with_redis_is_ours(error: Exception) -> None:
    found = errors.translate(error, "redis")
    assert isinstance(found, Retry)
    assert found.reason in OURS
