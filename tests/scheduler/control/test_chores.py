"""What a scheduler finds to do, and how it goes on when something is out."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.control.loops import FAILURES_BETWEEN_LINES, Troubles, loop
from specs.contracts.assignment import Opening
from specs.errors import Retry
from specs.topology.events import Start
from specs.topology.scope import KeyRange, Scope
from tests.patience import PATIENCE
from workers.ledger import SqlLedger
from workers.presence import Presence, live
from workers.process.stop_flag import StopFlag
from workers.schedules import Chores
from workers.store.database import open_database


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    db = open_database(f"sqlite:///{tmp_path / 'c.db'}")
    yield SqlLedger(db)
    db.close()


def opened(ledger: SqlLedger, service: str, units: int, slots: int, **more: float) -> str:
    roots = [Start("table", Scope.of(service, "d", "s"), range=KeyRange(until=f"{n:03}")) for n in range(units)]
    deadline = more.get("deadline")
    return ledger.open_run(
        Opening(service, "x", {}, tuple(roots), slots=slots, via="cluster", deadline=deadline), now=time.time()
    ).id


def test_hints_are_wanted_for_what_workers_could_take(ledger: SqlLedger) -> None:
    chores = Chores(ledger.db)
    assert chores.demand() == {}
    opened(ledger, "a", units=9, slots=4)
    opened(ledger, "b", units=2, slots=4)
    assert chores.demand() == {"small": 8, "large": 0}
    with ledger.db.write() as conn:
        conn.exec_driver_sql("UPDATE units SET queue = 'large' WHERE service = 'b'")
    assert chores.demand() == {"small": 8, "large": 2}
    for run in ledger.open_runs():
        ledger.pause(run.id)
    assert chores.demand() == {}, "nobody is called to work on what rests"
    for run in ledger.open_runs():
        ledger.unpause(run.id)
    while ledger.claim("w", now=time.time()):
        continue
    assert chores.demand()["small"] >= 1, "one hint waits while a run is open"


def test_runs_past_their_deadline_and_finished_ones_are_found(ledger: SqlLedger) -> None:
    opened(ledger, "a", units=1, slots=1, deadline=3600.0)
    late = opened(ledger, "b", units=1, slots=1, deadline=-1.0)
    assert Chores(ledger.db).overdue() == [late]
    assert Chores(ledger.db).finished() == []
    empty = opened(ledger, "c", units=0, slots=1)
    assert Chores(ledger.db).finished() == [empty]


def test_processes_that_are_long_gone_are_forgotten(ledger: SqlLedger) -> None:
    now = time.time()
    Presence(ledger.db, "worker", name="old", clock=lambda: now - 7200).beat()
    with ledger.db.write() as conn:  # the one that starts sweeps, too: here it is the scheduler's turn
        conn.exec_driver_sql("UPDATE processes SET seen_at = :at", {"at": now - 7200})
    assert Chores(ledger.db).sweep() == 1
    assert live(ledger.db, within=1e9) == []


def test_an_outage_is_told_once_in_a_while_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "headrace.scheduler")
    troubles = Troubles("hints")

    def fail() -> None:
        raise Retry("Redis cannot be reached", "redis://h:1", "start it")

    assert [troubles.tried(fail) for _ in range(FAILURES_BETWEEN_LINES + 1)] == [False] * (FAILURES_BETWEEN_LINES + 1)
    assert all(0 <= troubles.wait <= 5 for _ in range(100))
    assert troubles.tried(lambda: None)
    assert [record.getMessage() for record in caplog.records] == [
        "hints: Redis cannot be reached (redis://h:1); start it",
        "hints: Redis cannot be reached (redis://h:1); start it",
        "hints: works again",
    ]


def test_a_loop_goes_on_after_anything_and_stops(caplog: pytest.LogCaptureFixture) -> None:
    stop, enough, calls = StopFlag(), threading.Event(), [0]

    def act() -> None:
        calls[0] += 1
        if calls[0] == 1:
            raise KeyError("a mistake")
        if calls[0] > 3:
            enough.set()

    thread = loop("work", act, 0.0, stop)
    assert enough.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert "internal error" in caplog.text
