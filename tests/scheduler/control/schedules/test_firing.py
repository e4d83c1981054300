"""What happens when a schedule is due: overlaps, outages, deadlines, and each time once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.control.schedules.fires import Firing
from specs.errors import UsageError
from tests.patience import PATIENCE
from tests.scheduler.control.schedules.scheduled import HOUR, Case
from workers.schedules import Schedules
from workers.store.database import open_database


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    db = open_database(f"sqlite:///{tmp_path / 'c.db'}")
    try:
        yield Case(db)
    finally:
        db.close()


def test_a_run_is_opened_at_its_time_and_once(case: Case) -> None:
    case.add(deadline=600.0)
    assert case.later(HOUR - 1) == []
    assert case.later(1) == ["started"]
    assert case.later(1) == []
    (run,) = case.ledger.open_runs(via="cluster")
    assert (run.schedule, run.service, run.deadline_at) == ("hourly", "estate", run.started_at + 600)
    assert [unit.node for unit in case.ledger.units(run.id)] == ["service"]
    assert case.schedules.fires("hourly")[0].run == run.id


def test_skip_leaves_an_open_run_alone(case: Case) -> None:
    case.add(overlap="skip")
    assert case.later(HOUR) == ["started"]
    (run,) = case.ledger.open_runs()
    assert case.later(HOUR) == ["skipped"]
    assert [each.id for each in case.ledger.open_runs()] == [run.id]
    assert run.id in case.schedules.fires("hourly")[0].reason
    case.end()
    assert case.later(HOUR) == ["started"]


def test_queue_lets_one_time_wait(case: Case) -> None:
    case.add(overlap="queue")
    assert case.later(HOUR) == ["started"]
    assert case.later(HOUR) == ["queued"]
    assert case.later(HOUR) == ["skipped"]
    assert case.later(1) == []
    case.end()
    assert case.later(1) == ["started"]
    assert case.outcomes() == ["started", "started", "skipped"]
    case.end()
    assert case.later(1) == []


def test_cancel_ends_the_open_run(case: Case) -> None:
    case.add(overlap="cancel")
    assert case.later(HOUR) == ["started"]
    (first,) = case.ledger.open_runs()
    assert case.later(HOUR) == ["started"]
    (second,) = case.ledger.open_runs()
    assert second.id != first.id
    ended = case.ledger.run(first.id)
    assert (ended.state, ended.reason) == ("cancelled", "by schedule hourly")


@pytest.mark.parametrize(
    ("catch_up", "outcomes"),
    [
        ("none", ["missed", "missed", "missed"]),
        ("last", ["missed", "missed", "started"]),
        ("all", ["started", "queued", "queued"]),
    ],
)
def test_after_an_outage(case: Case, catch_up: str, outcomes: list[str]) -> None:
    case.add(catch_up=catch_up, overlap="skip")
    assert case.later(3 * HOUR + 1800) == outcomes
    opened = 0
    while case.ledger.open_runs():
        case.end()
        case.later(1)
        opened += 1
    assert opened == {"none": 0, "last": 1, "all": 3}[catch_up]


def test_a_time_that_is_only_a_moment_late_is_not_missed(case: Case) -> None:
    case.add(catch_up="none")
    assert case.later(2 * HOUR + 30) == ["missed", "started"]


def test_catching_up_is_bounded(case: Case) -> None:
    case.add(cron="* * * * *", catch_up="all")
    outcomes = case.later(90 * 86400)
    assert (len(outcomes), outcomes.count("started")) == (100, 1)
    assert case.later(1) == []


def test_a_paused_schedule_rests_and_makes_up_for_nothing(case: Case) -> None:
    case.add(catch_up="all")
    case.schedules.pause("hourly", paused=True, now=case.clock())
    assert case.later(2 * HOUR + 100) == []
    case.schedules.pause("hourly", paused=False, now=case.clock())
    assert case.later(1) == []
    assert case.later(HOUR) == ["started"]


def test_by_hand_at_any_time(case: Case) -> None:
    case.add()
    case.schedules.pause("hourly", paused=True, now=case.clock())
    assert case.firing.now("hourly").outcome == "started"
    case.clock.now += 1
    assert case.firing.now("hourly").outcome == "skipped"
    with pytest.raises(UsageError, match="unknown schedule 'hourli'; did you mean 'hourly'"):
        case.firing.now("hourli")


def test_a_recipe_that_cannot_be_used_any_more_fails_alone(case: Case) -> None:
    case.add(name="broken", recipe='{"service": {"name": "b", "type": "gone"}}')
    case.add(name="fine")
    assert case.later(HOUR) == ["failed", "started"]
    assert "unknown connector 'gone'" in case.schedules.fires("broken")[0].reason


def test_a_schedule_that_is_not_understood_here_holds_up_no_other(case: Case) -> None:
    case.add(name="a", zone="Mars/Olympus")
    case.add(name="b")
    case.clock.now += HOUR
    with pytest.raises(UsageError, match=r"^a: unknown time zone"):
        case.firing.step()
    assert case.outcomes("b") == ["started"]


def test_schedules_of_one_service_take_turns(case: Case) -> None:
    case.add(name="a", overlap="queue")
    case.add(name="b", overlap="queue")
    case.add(name="c", service="other")
    assert case.later(HOUR) == ["started", "queued", "started"]
    assert len(case.ledger.open_runs()) == 2


def test_a_removed_schedule_leaves_its_run(case: Case) -> None:
    case.add()
    case.later(HOUR)
    case.schedules.remove("hourly")
    assert len(case.ledger.open_runs()) == 1
    assert case.later(HOUR) == []
    case.add()
    with pytest.raises(UsageError, match="there is a schedule 'hourly' already"):
        case.add()


@pytest.mark.server
def test_many_schedulers_at_once_fire_each_time_once(postgres_database: str) -> None:
    """Threads with databases of their own, all of which see the same hour strike."""
    first = open_database(postgres_database)
    case = Case(first)
    others = [open_database(postgres_database) for _ in range(4)]
    try:
        for number in range(6):
            case.add(name=f"s{number}", service=f"e{number}", overlap="cancel", catch_up="all")
        for _ in range(5):
            case.clock.now += HOUR
            gate = threading.Barrier(len(others))
            fired: list[str] = []

            def strike(at: int, gate: threading.Barrier = gate, fired: list[str] = fired) -> None:
                firing = Firing(Schedules(others[at]), clock=case.clock)
                gate.wait(PATIENCE)
                fired += [fire.schedule for fire in firing.step()]

            threads = [threading.Thread(target=strike, args=[at]) for at in range(len(others))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(PATIENCE)
            assert sorted(fired) == [f"s{number}" for number in range(6)]
        assert len(case.ledger.runs(limit=100)) == 30
        assert [case.outcomes(f"s{number}") for number in range(6)] == [["started"] * 5] * 6
    finally:
        for db in (first, *others):
            db.close()
