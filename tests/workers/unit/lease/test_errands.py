"""What the ledger is told in passing: again where it has no time, never in the way of what comes behind."""

from __future__ import annotations

import threading
from collections.abc import Callable

from specs.contracts.work import Lost
from specs.errors import Fatal, Retry
from tests.patience import PATIENCE
from workers.unit.lease.errands import Errands


class Told:
    """Answers an errand as told, then says that it was run."""

    def __init__(self, *answers: Exception) -> None:
        self.answers, self.runs, self.done = list(answers), 0, threading.Event()

    def __call__(self) -> None:
        self.runs += 1
        if self.answers:
            raise self.answers.pop(0)
        self.done.set()


def run(*errands: Callable[[], object]) -> Errands:
    made = Errands(pause=0.01)
    for errand in errands:
        made.add(errand)
    return made


def test_an_errand_that_has_to_wait_is_run_again_and_holds_up_no_other() -> None:
    locked, free = Told(Retry("locked"), Retry("locked"), Retry("locked")), Told()
    order: list[str] = []
    made = run(lambda: (locked(), order.append("locked")), lambda: (free(), order.append("free")))
    assert free.done.wait(PATIENCE)
    assert locked.done.wait(PATIENCE)
    made.close()
    assert order == ["free", "locked"]
    assert (locked.runs, free.runs) == (4, 1)


def test_an_errand_that_fails_for_good_is_dropped() -> None:
    for error in (Fatal("refused"), Lost("gone"), MemoryError()):
        fails, fine = Told(error), Told()
        made = run(fails, fine)
        assert fine.done.wait(PATIENCE)
        made.close()
        assert fails.runs == 1


def test_closing_gives_each_a_last_try() -> None:
    busy, fine = Told(*[Retry("locked")] * 1000), Told()
    made = Errands(pause=PATIENCE)
    made.add(busy)
    made.add(fine)
    made.close()
    assert fine.runs == 1
    assert busy.runs == 1


def test_nothing_is_begun_for_nothing() -> None:
    before = threading.active_count()
    made = Errands()
    assert threading.active_count() == before
    made.close()
