"""Tests that wait run beside tests that compute, and each of them runs once."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.lanes import WAITING, LaneScheduling, rank

ROOT = Path(__file__).parents[2]
LONGEST = "tests/chaos/test_workers_killed.py::test_kills"
SLOW = [*(f"tests/chaos/test_network.py::test_{number}" for number in range(6)), LONGEST]
QUICK = [f"tests/specs/test_{file}.py::test_{number}" for file in range(4) for number in range(3)]
TESTS = [*SLOW, *QUICK]


class TestProcess:
    """A process that is told which tests to run, and runs one when ``run`` is called."""

    __test__ = False

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.told: list[int] = []
        self.ran = 0
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        self.told += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    def run(self, scheduling: LaneScheduling) -> None:
        """Run the next test: one is only begun when the one behind it is known, or that there is none."""
        if self.ran + 1 < len(self.told) or (self.ran < len(self.told) and self.shutting_down):
            self.ran += 1
            scheduling.mark_test_complete(self, self.told[self.ran - 1])


def started(count: int) -> tuple[LaneScheduling, list[TestProcess]]:
    config: Any = SimpleNamespace(
        getvalue={"tx": [f"{count}*popen"]}.__getitem__, option=SimpleNamespace(loadscopereorder=True)
    )
    scheduling, processes = LaneScheduling(config), [TestProcess(f"gw{number}") for number in range(count)]
    for process in processes:
        scheduling.add_node(process)
        scheduling.add_node_collection(process, TESTS)
    scheduling.schedule()
    return scheduling, processes


def test_every_other_process_begins_with_what_waits() -> None:
    _, processes = started(4)
    first = [[TESTS[index] for index in process.told] for process in processes]
    assert [tests[0] in SLOW for tests in first] == [True, False, True, False]
    assert first[0][0] == LONGEST
    assert [len(tests) for tests in first] == [2, 3, 2, 3], "nobody holds more of what waits than it has to"
    assert first[1] == QUICK[:3], "a file stays together"


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_test_runs_once(count: int) -> None:
    scheduling, processes = started(count)
    for _ in TESTS * 2:
        for process in processes:
            process.run(scheduling)
    assert sorted(index for process in processes for index in process.told) == list(range(len(TESTS)))
    assert all(process.ran == len(process.told) for process in processes)
    assert scheduling.tests_finished


def test_every_path_names_tests() -> None:
    there = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")]
    for at, path in enumerate(WAITING):
        assert [each for each in there if rank(each) == at], f"{path} begins no path, or one that stands before it does"
