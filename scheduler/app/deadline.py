"""Calls that are given up after a few seconds, so that a command that looks for trouble does not hang in it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from scheduler.app.times import ANSWER_SECONDS
from specs.errors import Retry

T = TypeVar("T")


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
