"""The sinks of closed cluster runs are written once, by whoever comes first, and again after a failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.cluster.top import look
from scheduler.app.doctor.sink_findings import examine
from scheduler.control.snapshots import Snapshots, result
from specs.contracts.assignment import Opening
from specs.contracts.work import Via
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from workers.feed.snapshots import Published
from workers.ledger import SqlLedger
from workers.schedules import Chores
from workers.store.database import SqlDatabase, open_database


class MemoryShards:
    """A sink queue without shards."""

    limit = 1

    def sizes(self) -> list[tuple[int, int]]:
        return []

    def ages(self) -> list[float]:
        return []

    def dead(self) -> int:
        return 0

    def writable(self) -> None:
        return None


class Case:
    """Runs that are closed, a sink that may fail, a clock."""

    def __init__(self, db: SqlDatabase, folder: Path) -> None:
        self.db, self.folder = db, folder
        self.ledger, self.chores = SqlLedger(db), Chores(db)
        self.now = time.time()
        self.errors: list[str] = []
        self.written: list[str] = []

    def closed(self, service: str = "shop", via: Via = "cluster", **more: Any) -> str:
        recipe = {"service": {"name": service, "type": "x"}, "sinks": [{"type": "jsonl", "path": "x"}], **more}
        root = Start("service", Scope.of(service), [service, service, {}, None])
        run = self.ledger.open_run(Opening(service, "x", recipe, (root,), slots=1, via=via), now=self.now)
        self.now += 1
        return self.ledger.end(run.id, state="complete", reason="", now=self.now).id

    def snapshots(self, name: str = "one") -> Snapshots:
        return Snapshots(self.db, publish=self._publish, name=name, clock=lambda: self.now)

    def end_of_lease(self) -> float:
        with self.db.read() as conn:
            return float(conn.exec_driver_sql("SELECT until FROM leaders").scalar_one())

    def _publish(self, _db: SqlDatabase, recipe: Recipe, _secrets: dict[str, str]) -> Published:
        self.written.append(recipe.service.name)
        return Published({} if self.errors else {"jsonl x": 7}, list(self.errors))


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    db = open_database(f"sqlite:///{tmp_path / 'c.db'}")
    yield Case(db, tmp_path)
    db.close()


def test_once_for_each_run_of_a_cluster(case: Case) -> None:
    run = case.closed()
    case.closed("embedded", via="embedded")
    snapshots = case.snapshots()
    assert (snapshots.step(), snapshots.step()) == (1, 0)
    assert case.written == ["shop"]
    assert case.chores.published(run) == (True, {"lines": {"jsonl x": 7}, "errors": [], "attempts": 1})
    assert case.ledger.open_runs() == []


def test_the_next_one_need_not_wait_for_the_lease_of_the_last(case: Case) -> None:
    for name in ("one", "two", "three"):
        case.closed()
        assert case.snapshots(name).step() == 1


def test_a_failure_is_noted_and_tried_again_less_and_less_often(case: Case) -> None:
    run = case.closed()
    case.errors = ["the disk is full"]
    snapshots = case.snapshots()
    assert snapshots.step() == 1
    done, told = case.chores.published(run)
    assert (done, told["errors"], told["attempts"]) == (False, ["the disk is full"], 1)
    found = result(told)
    assert found is not None
    assert found.errors == ["the disk is full"]
    assert snapshots.step() == 0, "not at once"
    waits = []
    for _ in range(9):
        told = case.chores.published(run)[1]
        waits.append(round(told["again"] - case.now))
        case.now = told["again"]
        assert snapshots.step() == 1
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    case.errors = []
    case.now += 301
    assert snapshots.step() == 1
    assert case.chores.published(run)[0]


def test_an_attempt_that_kills_its_process_is_seen_and_backs_off(case: Case) -> None:
    """Nothing is noted behind such an attempt, so it is noted before."""
    run = case.closed()

    class Killed(BaseException):
        pass

    def die(*_: Any) -> Published:
        raise Killed

    waits = []
    for attempt in range(1, 5):
        dying = Snapshots(case.db, publish=die, name="dying", clock=lambda: case.now)
        with pytest.raises(Killed):
            dying.step()
        done, told = case.chores.published(run)
        assert (done, told["attempts"]) == (False, attempt)
        waits.append(round(told["again"] - case.now))
        assert dying.step() == 0, "not at once, though nothing says that it failed"
        found = result(told)
        if attempt == 1:
            assert found is None, "it may well go on"
        else:
            assert found is not None
            assert f"attempt {attempt - 1} was begun at" in found.errors[0]
        case.now = told["again"]
    assert waits == [2, 4, 8, 16]
    (finding,) = [each for each in examine(case.db.where) if each.name == "sinks of shop"]
    assert (finding.level, "lack of memory" in finding.evidence) == ("bad", True)
    (trouble,) = look(case.db, MemoryShards()).trouble
    assert "snapshot of shop is not written after 3 tries" in trouble
    assert case.snapshots().step() == 1
    assert case.chores.published(run) == (True, {"lines": {"jsonl x": 7}, "errors": [], "attempts": 5})
    assert look(case.db, MemoryShards()).trouble == []


def test_a_newer_run_writes_for_the_older_ones(case: Case) -> None:
    case.errors = ["out of reach"]
    older = case.closed()
    case.snapshots().step()
    newer, other = case.closed(), case.closed("other")
    case.errors = []
    case.written.clear()
    assert case.snapshots().step() == 3
    assert sorted(case.written) == ["other", "shop"]
    assert case.chores.published(older) == (True, {"by": newer})
    assert case.chores.published(other)[0]


def test_a_reference_that_only_others_can_resolve_is_told(case: Case) -> None:
    run = case.closed()

    def refused(*_: Any) -> Published:
        raise UsageError("sinks.0.token: environment variable T is not set", remedy="export T=...")

    Snapshots(case.db, publish=refused, clock=lambda: case.now).step()
    assert "T is not set" in case.chores.published(run)[1]["errors"][0]


def test_two_at_once_write_once(case: Case) -> None:
    case.closed()
    begun, go = threading.Event(), threading.Event()

    def slowly(_db: SqlDatabase, recipe: Recipe, _secrets: dict[str, str]) -> Published:
        case.written.append(recipe.service.name)
        begun.set()
        assert go.wait(PATIENCE)
        return Published({"jsonl x": 1}, [])

    first = Snapshots(case.db, publish=slowly, name="first", lease=3.0)
    thread = threading.Thread(target=first.step)
    thread.start()
    assert begun.wait(PATIENCE)
    ends, end = case.end_of_lease(), time.monotonic() + PATIENCE
    while case.end_of_lease() <= ends:  # the first one renews its lease while it writes
        assert time.monotonic() < end
        time.sleep(0.05)
    second = Snapshots(case.db, publish=slowly, name="second")
    assert second.step() == 0
    go.set()
    thread.join(PATIENCE)
    assert second.step() == 0
    assert case.written == ["shop"]
