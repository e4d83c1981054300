"""Flushers share the shards of one queue: fairly while they live, at once when one is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from specs.errors import Retry
from workers.cluster.shard_share import Shares
from workers.cluster.times import SHARD_LOOK_SECONDS
from workers.ledger import SqlLedger
from workers.process import liveness
from workers.store.database import open_database

SHARDS = 4


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    db = open_database(f"sqlite:///{tmp_path / 'l.db'}")
    yield SqlLedger(db)
    db.close()


def shares(ledger: SqlLedger, name: str = "", lease: float = 15.0) -> Shares:
    return Shares(ledger, SHARDS, name=name, lease=lease)


def look(*all_: Shares) -> None:
    """Everybody looks once; a second passes."""
    for each in all_:
        each._looked -= SHARD_LOOK_SECONDS
        each.look()


def everything(*all_: Shares) -> list[int]:
    return sorted(shard for each in all_ for shard in each.held)


def test_one_alone_has_all(ledger: SqlLedger) -> None:
    one = shares(ledger)
    one.look()
    assert one.held == [0, 1, 2, 3]
    one.leave()
    assert one.held == []
    assert ledger.shard_holders(now=time.time()) == {}


def test_one_that_joins_gets_its_part(ledger: SqlLedger) -> None:
    one, two, three = (shares(ledger, name) for name in ("one", "two", "three"))
    look(one)
    look(two, one, two)
    assert (len(one.held), len(two.held)) == (2, 2)
    look(three, one, two, three, one, two, three)
    assert everything(one, two, three) == [0, 1, 2, 3]
    assert max(len(each.held) for each in (one, two, three)) == 2
    two.leave()
    look(one, three)
    assert everything(one, three) == [0, 1, 2, 3]


def test_more_flushers_than_shards(ledger: SqlLedger) -> None:
    crowd = [shares(ledger, f"f{n}") for n in range(6)]
    for _ in range(3):
        look(*crowd)
    assert everything(*crowd) == [0, 1, 2, 3]
    assert max(len(each.held) for each in crowd) == 1


@contextmanager
def another_process() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def test_what_a_killed_flusher_of_this_machine_had_is_free_at_once(ledger: SqlLedger) -> None:
    with another_process() as process:
        dead = shares(ledger, liveness.name(process.pid))
        look(dead)
        assert dead.held == [0, 1, 2, 3]
        waits = shares(ledger)
        look(waits)
        assert waits.held == []
        process.kill()
        process.wait()
        look(waits)
    assert waits.held == [0, 1, 2, 3]


def test_a_lease_that_ran_out_is_free(ledger: SqlLedger) -> None:
    silent, other = shares(ledger, "elsewhere:1:1", lease=1.0), shares(ledger, lease=3.0)
    look(silent)
    time.sleep(3.1)  # so long that the other one does not count it among the living either
    look(other)
    assert other.held == [0, 1, 2, 3]
    look(silent)
    assert silent.held == []


def test_what_nobody_takes_is_taken_by_anybody(ledger: SqlLedger) -> None:
    """Somebody lives, and does not do its part."""
    idle, one = shares(ledger, "idle", lease=6.0), shares(ledger, "one", lease=6.0)
    idle._presence.beat()
    look(one)
    assert len(one.held) == 2
    time.sleep(2.1)
    look(one)
    assert one.held == [0, 1, 2, 3]


def test_a_catalog_that_is_out_is_told(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'l.db'}")
    other = open_database(f"sqlite:///{tmp_path / 'l.db'}")
    with db.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout = 10")
    with other.write(), pytest.raises(Retry):
        shares(SqlLedger(db)).look()
    db.close()
    other.close()
