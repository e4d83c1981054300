"""The control loop of an embedded run: commit batches, advance the run, report progress, until it is over or
stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from specs.contracts.work import Run
from workers.process.stop_flag import StopFlag
from workers.queues.flusher import Flusher

BATCH_WAIT_SECONDS = 0.05
"""Most seconds of one wait for batches."""
REPORT_SECONDS = 0.5
"""Seconds between two reports of progress."""
LAST_COMMITS_SECONDS = 1.5
"""Most seconds that a stopped run takes to commit the batches that its workers have emitted."""
LEAVE_SECONDS = 5.0
"""Seconds that workers may take to exit once the run is over, before they are killed."""
HANGING_SECONDS = 1.0
"""Seconds that the end of a run waits for threads that hang in a call to the source."""


class ArrivalQueue(Protocol):
    """The flusher's end of an embedded queue."""

    def arrived(self, timeout: float) -> bool: ...
    def wake(self) -> None: ...


class Tick(Protocol):
    def __call__(self, *, moved: bool) -> tuple[Run | None, int]: ...


class Control:
    """The loop of one run. ``tick`` advances the run (the scheduler's reconciler); ``tend`` is called in every turn,
    looks after the worker processes and returns whether units may have become ready; ``report`` is called every
    ``REPORT_SECONDS``; ``left`` returns whether all workers have released their units after a stop.
    """

    def __init__(
        self, queue: ArrivalQueue, flusher: Flusher, tick: Tick, stop: StopFlag, *,
        left: Callable[[], bool], tend: Callable[[], bool] = lambda: False, report: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._queue, self._flusher, self._tick, self._stop = queue, flusher, tick, stop
        self._left, self._tend, self._report = left, tend, report
        self._reported = time.monotonic()
        self.run: Run | None = None

    @property
    def over(self) -> bool:
        """Whether the run is closed."""
        return self.run is not None and not self.run.open

    def loop(self) -> None:
        """Loop until the run is closed, or until it was stopped and its batches are committed. Raises ``Fatal`` when
        the database cannot be written or stays unavailable."""
        finished = -1
        deadline = float("inf")
        while not self.over:
            if self._queue.arrived(BATCH_WAIT_SECONDS):
                self._flusher.step()
            elif self._stop.is_set():
                deadline = min(deadline, time.monotonic() + LAST_COMMITS_SECONDS)
                if self._left() or time.monotonic() > deadline:
                    break
            tended = self._tend()
            moved, finished = self._flusher.finished != finished, self._flusher.finished
            run, returned = self._tick(moved=moved)
            self.run = run or self.run
            if returned or moved or tended:
                self._queue.wake()
            self._due()
        self._queue.wake()  # workers that wait for a unit see at once that the run is over

    def _due(self) -> None:
        if time.monotonic() - self._reported >= REPORT_SECONDS:
            self._reported = time.monotonic()
            self._report()
