"""The call server answers the calls of all workers: none of them keeps the leases of the others waiting."""

from __future__ import annotations

import pickle
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.patience import PATIENCE
from workers.queues.pipe.calls import CallServer
from workers.queues.pipe.frames import Frames


class Slow:
    """A ledger whose ``sizes`` takes until it is told to end; remembers when it was asked for renewals."""

    def __init__(self) -> None:
        self.begun, self.end = threading.Event(), threading.Event()
        self.asked: list[float] = []

    def sizes(self, listings: list[str]) -> dict[str, int]:
        self.begun.set()
        assert self.end.wait(PATIENCE)
        return {}

    def renew(self, unit: str, fence: int, *, now: float) -> bool:
        self.asked.append(now)
        return True


@pytest.fixture
def ledger() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.end.set()


def test_a_renewal_overtakes_what_takes_long_and_counts_from_its_turn(ledger: Slow) -> None:
    server = CallServer(ledger, clock=lambda: 500.0)  # type: ignore[arg-type]
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    server.take(put(answers), pickle.dumps((1, "sizes", (["a"],), {})))
    assert ledger.begun.wait(PATIENCE)
    server.take(put(answers), pickle.dumps((2, "renew", ("u", 7), {"now": 100.0})))
    assert answers.get(timeout=PATIENCE) == (2, True, True)
    assert ledger.asked == [500.0]
    ledger.end.set()
    assert answers.get(timeout=PATIENCE) == (1, True, {})
    server.close()


def put(answers: queue.SimpleQueue[Any]) -> Callable[[bytes], None]:
    def reply(message: bytes) -> None:
        answers.put(pickle.loads(Frames().feed(message)[0][1]))

    return reply
