"""How long commands wait for what they ask, in seconds; calls that are given up after a few of them, so that a command
that looks for trouble does not hang in it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from specs.errors import Retry
from workers.presence import WRITE_SECONDS

T = TypeVar("T")
ANSWER_SECONDS = 5.0
"""Seconds after which a call is given up whose answer a person waits for."""
REDIS_ANSWER_SECONDS = ANSWER_SECONDS - 1.0
"""Seconds that Redis may take to answer: less than the whole reading, so that the view can still say that it hangs."""
SILENT_SECONDS = 2.5 * WRITE_SECONDS
"""Seconds without a sign of life after which a process is listed as silent."""
SKEW_SECONDS = 2.0
"""Seconds between two clocks that are worth a note; thirty times that is bad."""
REDIS_REACH_SECONDS = 2.0
"""Seconds that the doctor waits for Redis to be reachable."""
LEADER_LOOK_SECONDS = 2.0
"""Seconds between two checks whether a scheduler leads; while none does, the waiting command advances the run
itself."""
RUN_LOOK_SECONDS = 0.1
"""Seconds between two checks whether the run that a command waits for is closed."""
REPORT_SECONDS = 0.5
"""Seconds between two reports of the progress of a run on a cluster."""
DAY_SECONDS = 86400.0
"""Seconds of a day, in which people say how long the catalog keeps what is old."""


class Asked(Generic[T]):
    """A call that runs in a daemon thread of its own; a thread that hangs ends with the process."""

    def __init__(self, call: Callable[[], T], *, until: float) -> None:
        self._until = until
        self._answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                self._answers.put((call(), None))
            except BaseException as error:  # raised where the answer is waited for
                self._answers.put((None, error))

        threading.Thread(target=ask, name="question", daemon=True).start()

    def answer(self, what: str, where: str) -> T:
        """What the call returned. Raises what it raised, or ``Retry`` when it took too long."""
        try:
            found, error = self._answers.get(timeout=max(0.0, self._until - time.monotonic()))
        except queue.Empty:
            remedy = "see what holds it up there"
            raise Retry(f"{what} did not answer within {ANSWER_SECONDS:g} s", where, remedy, reason="silent") from None
        if error is not None:
            raise error
        return found  # type: ignore[return-value]


def asked(call: Callable[[], T], limit: float = ANSWER_SECONDS) -> Asked[T]:
    """Start a call in a thread; returns the object that waits for its result."""
    return Asked(call, until=time.monotonic() + limit)


def items(found: Iterator[T], late: Callable[[], T], limit: float = ANSWER_SECONDS) -> Callable[[], Iterator[T]]:
    """Start to collect the items of ``found`` in a thread; returns a function that yields them as they come. When it
    takes too long, ``late`` is the last item."""
    until = time.monotonic() + limit
    steps: queue.SimpleQueue[Callable[[], T] | None] = queue.SimpleQueue()

    def collect() -> None:
        try:
            for each in found:
                steps.put(lambda each=each: each)  # type: ignore[misc]
        except BaseException as error:  # raised where the items are waited for
            failed = error

            def fail() -> T:
                raise failed

            steps.put(fail)
        steps.put(None)

    threading.Thread(target=collect, name="questions", daemon=True).start()

    def answers() -> Iterator[T]:
        while True:
            try:
                step = steps.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                yield late()
                return
            if step is None:
                return
            yield step()

    return answers
