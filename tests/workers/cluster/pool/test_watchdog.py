"""The watchdog kills whom the watch names, buries the dead with the reason; no worker goes on without it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scheduler.control.openings import root_of
from specs.contracts.assignment import Opening
from specs.recipe.recipe import Recipe
from tests.patience import PATIENCE
from workers.cluster.pool.terms import PoolTerms
from workers.cluster.pool.watchdog import KERNEL, KILLED, Turns, Watchdog
from workers.ledger import SqlLedger
from workers.process import liveness
from workers.process.governor import Group, MemoryBudget
from workers.process.governor.watch import Watch
from workers.store.database import SqlDatabase, open_database

MB = 1 << 20
TURNS = Turns()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqlDatabase]:
    made = open_database(f"sqlite:///{tmp_path / 'catalog.db'}")
    yield made
    made.close()


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def held(db: SqlDatabase, worker: str) -> tuple[SqlLedger, str]:
    """A ledger where ``worker`` holds the root of a run."""
    recipe = Recipe.from_dict({"service": {"name": "shop", "type": "specs.testing.fake:spec"}})
    ledger = SqlLedger(db)
    run = ledger.open_run(
        Opening("shop", recipe.service.type, recipe.to_dict(), (root_of(recipe),), slots=1), now=time.time()
    )
    assert ledger.claim(worker, now=time.time(), run=run.id) is not None
    return ledger, run.id


def watchdog(db: SqlDatabase, budget: MemoryBudget, *, resident: int = 0, **options: Callable[..., object]) -> Watchdog:
    watch = Watch(budget, measure=lambda pids: dict.fromkeys(pids, resident))
    return Watchdog(db, TURNS, PoolTerms(budget, "small"), watch=watch, **options)  # type: ignore[arg-type]


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def gone(process: subprocess.Popen[bytes]) -> None:
    process.wait(PATIENCE)


BUDGET = MemoryBudget(limit=1000 * MB, processes=1, hard=100 * MB)


def test_the_fat_one_is_killed_and_its_unit_is_back_with_the_reason(
    db: SqlDatabase, child: subprocess.Popen[bytes]
) -> None:
    ledger, run = held(db, liveness.name(child.pid))
    made = watchdog(db, BUDGET, resident=170 * MB)
    made.start(lambda: [child.pid] if child.poll() is None else [])
    gone(child)
    until(lambda: not ledger.holders(run)[0])
    made.stop()
    (unit,) = ledger.units(run)
    assert (child.returncode, unit.state, unit.crashes) == (-signal.SIGKILL, "ready", 1)
    assert unit.reason == "out of memory: it had 170 of 100 MB"


def test_who_died_alone_is_buried_and_the_kernel_is_named(
    db: SqlDatabase, child: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    (tmp_path / "memory.events").write_text("oom_kill 4\n")
    budget = MemoryBudget(limit=1000 * MB, processes=1, hard=100 * MB, group=Group(tmp_path, 1000 * MB, "memory.max"))
    ledger, run = held(db, liveness.name(child.pid))
    made = watchdog(db, budget)
    looks: list[int] = []

    def children() -> list[int]:
        looks.append(1)
        return [child.pid]

    made.start(children)
    until(lambda: len(looks) > 1)  # it knows the process
    (tmp_path / "memory.events").write_text("oom_kill 5\n")
    child.kill()
    gone(child)
    until(lambda: not ledger.holders(run)[0])
    made.stop()
    (unit,) = ledger.units(run)
    assert (unit.state, unit.reason) == ("ready", KERNEL)


def test_a_ledger_that_is_busy_is_waited_for(db: SqlDatabase, child: subprocess.Popen[bytes]) -> None:
    ledger, run = held(db, liveness.name(child.pid))
    made = watchdog(db, BUDGET)
    looks: list[int] = []

    def children() -> list[int]:
        looks.append(1)
        return [child.pid]

    made.start(children)
    until(lambda: len(looks) > 1)
    with db.write():  # nobody else can write for a while
        child.kill()
        gone(child)
        time.sleep(0.6)
    until(lambda: not ledger.holders(run)[0])
    made.stop()
    (unit,) = ledger.units(run)
    assert (unit.state, unit.reason) == ("ready", KILLED)


def test_a_watchdog_that_breaks_ends_the_worker(db: SqlDatabase) -> None:
    failed = threading.Event()

    def children() -> list[int]:
        raise RuntimeError("the pool is another one now")

    made = watchdog(db, BUDGET, failed=failed.set)
    made.start(children)
    assert failed.wait(PATIENCE)
    made.stop()


def test_a_fork_waits_for_whoever_talks_to_the_database(db: SqlDatabase) -> None:
    order: list[str] = []
    inside = threading.Event()

    def talk() -> None:
        with TURNS.take(db):
            inside.set()
            time.sleep(0.5)
            order.append("talked")

    thread = threading.Thread(target=talk)
    thread.start()
    inside.wait(PATIENCE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of forks beside threads
        pid = os.fork()
    if pid == 0:
        with TURNS.take(db):  # the child's own turn is free
            os._exit(7)
    order.append("forked")
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert order == ["talked", "forked"]


def test_what_a_process_has_started_goes_alone(db: SqlDatabase, child: subprocess.Popen[bytes]) -> None:
    """Its parent, a process of the pool, keeps its unit."""
    ledger, run = held(db, liveness.name(os.getpid()))
    sizes = {os.getpid(): 50 * MB, child.pid: 150 * MB}
    watch = Watch(BUDGET, measure=lambda pids: {pid: sizes[pid] for pid in pids}, below=lambda _: {child.pid})
    made = Watchdog(db, TURNS, PoolTerms(BUDGET, "small"), watch=watch)
    made.start(lambda: [os.getpid()])
    gone(child)
    made.stop()
    assert child.returncode == -signal.SIGKILL
    assert len(ledger.holders(run)[0]) == 1
    assert f"process {child.pid} was ended: out of memory: it had 150 MB beside 50 of 100 MB" in made.notes()[-1]
