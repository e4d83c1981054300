"""A process that a pool process has started, such as a parser, counts with it, and goes before it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading

from tests.patience import PATIENCE
from workers.process.governor import MemoryBudget
from workers.process.governor.budget import BESIDE_BYTES, LEAST_BYTES
from workers.process.governor.started import kill, started
from workers.process.governor.watch import Watch

MB = 1 << 20
POOL, OTHER, PARSER, SECOND = 1, 2, 11, 12
BUDGET = MemoryBudget(limit=256 * MB, processes=1, hard=141 * MB)


class Pool:
    """Two pool processes, what they have started, and how much each has, in MB."""

    def __init__(self, budget: MemoryBudget = BUDGET) -> None:
        self.sizes = {POOL: 85, OTHER: 0}
        self.below: dict[int, set[int]] = {POOL: {PARSER}}
        self.used = 0
        self._watch = Watch(
            budget, measure=self._measure, used=lambda: self.used * MB, below=lambda pid: self.below.get(pid, set())
        )

    def _measure(self, pids: object) -> dict[int, int]:
        assert isinstance(pids, list)
        return {pid: self.sizes[pid] * MB for pid in pids if self.sizes.get(pid)}

    def look(self) -> int | None:
        found = self._watch.look([POOL, OTHER])
        return None if found is None else found[0]


def seen(**sizes: int) -> Pool:
    """A pool whose parser was seen before, and has grown to this since."""
    pool = Pool()
    pool.sizes[PARSER] = 52
    assert pool.look() is None
    pool.sizes |= {{"pool": POOL, "parser": PARSER}[name]: size for name, size in sizes.items()}
    return pool


def test_a_parser_in_peace_stays_even_where_memory_is_least() -> None:
    pool = seen(parser=110)
    pool.used = 230
    assert pool.look() is None


def test_a_bloated_parser_goes_before_its_process() -> None:
    pool = seen(parser=130)
    assert pool.look() == PARSER


def test_with_enough_memory_for_both_it_stays() -> None:
    pool = Pool(MemoryBudget(limit=1000 * MB, processes=1, hard=700 * MB))
    pool.sizes[PARSER] = 500
    assert [pool.look(), pool.look()] == [None, None]


def test_a_process_that_is_being_started_is_not_measured() -> None:
    """It seems to have all that its parent has."""
    pool = seen()
    pool.sizes[PARSER], pool.below, pool.sizes[SECOND] = 0, {POOL: {SECOND}}, 130
    assert pool.look() is None
    pool.sizes[SECOND] = 52
    assert pool.look() is None


def test_where_all_together_have_too_much_the_parser_goes_first_and_once() -> None:
    pool = seen(pool=120)
    pool.used = 240
    assert pool.look() == PARSER
    pool.below, pool.sizes[SECOND] = {POOL: {SECOND}}, 52
    assert pool.look() == POOL, "the parser that goes twice would cost a text that did no harm"
    pool.sizes[POOL] = 85
    assert pool.look() is None, "what others take is not ours to pay"


def test_a_process_above_its_share_goes_itself() -> None:
    assert seen(pool=150).look() == POOL


def test_what_a_thread_has_started_is_found() -> None:
    made: list[subprocess.Popen[bytes]] = []
    over = threading.Event()

    def start() -> None:
        made.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        ready.set()
        over.wait()

    ready = threading.Event()
    thread = threading.Thread(target=start)
    thread.start()
    ready.wait()
    try:
        assert made[0].pid in started(os.getpid())
    finally:
        over.set()
        thread.join()
        made[0].kill()
        made[0].communicate()
    assert made[0].pid not in started(os.getpid())
    assert started(1 << 30) == set()


def test_a_process_is_killed_with_what_it_has_started() -> None:
    code = "import subprocess; print(subprocess.Popen(['sleep', '3600']).pid, flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    below = int(process.stdout.readline())
    end = os.pidfd_open(below)
    kill(process.pid)
    try:
        assert process.wait(PATIENCE) == -signal.SIGKILL
        assert select.select([end], [], [], PATIENCE)[0], "what it has started goes on"
    finally:
        os.close(end)
        process.communicate()


def test_it_is_said_how_much_is_needed_with_parsers() -> None:
    told = BUDGET.advice(76 * MB)
    assert told == (
        "256 MB of memory are little where lineage or usage is read: large texts will fail; allow at least 335 MB"
    )
    assert "lower --concurrency" in MemoryBudget(512 * MB, 3, 119 * MB).advice(76 * MB)
    assert MemoryBudget(512 * MB, 1, LEAST_BYTES + BESIDE_BYTES).advice(76 * MB) == ""


def test_what_a_process_leaves_is_for_what_it_starts() -> None:
    assert BUDGET.beside == BESIDE_BYTES
    assert MemoryBudget(2000 * MB, 2, 800 * MB).beside == 688 * MB
