"""Sends one unit's batches into the sink queue, numbered without gaps, at most a window of them uncommitted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from specs.contracts.work import Batch, Lost, QueuePosition
from specs.errors import Retry
from workers.process.governor.memory import peak_rss
from workers.process.stop_flag import StopFlag

STEP = 0.2
"""Seconds of one wait for space, so that a stop is noticed."""
LEAVE = 0.7
"""Seconds that a stopping worker waits for space or for its batches to be committed."""
FULL = 300.0
"""Seconds without any space after which the unit is given back."""


class Producer(Protocol):
    """A worker's end of the sink queue; the methods are those of ``SinkQueue``."""

    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None: ...
    def settle(self, unit: str, fence: int, *, timeout: float) -> bool: ...


class Emitter:
    """Numbers the batches of one claim. ``waiting`` is called while there is no space: the unit is alive."""

    def __init__(self, queue: Producer, unit: str, fence: int, *, stop: StopFlag, waiting: Callable[[], None]) -> None:
        self._queue, self._unit, self._fence = queue, unit, fence
        self._stop, self._waiting = stop, waiting
        self.seq = 0

    def emit(self, batch: Batch) -> QueuePosition:
        """Append a batch. Raises ``Lost`` when the unit is not ours, ``Retry`` when no space came."""
        batch.seq = self.seq + 1
        if batch.receipt is not None:
            object.__setattr__(batch.receipt, "batches", batch.seq)
        batch.peak_rss = peak_rss()
        begun = time.monotonic()
        while True:
            position = self._queue.put(batch, timeout=STEP)
            if position is not None:
                self.seq = batch.seq
                return position
            self._waiting()
            if time.monotonic() - begun > (LEAVE if self._stop.is_set() else FULL):
                raise Retry("the sink queue stays full", self._unit, "is the flusher alive?", reason="backpressure")

    def settle(self) -> bool:
        """Wait until everything emitted is committed; whether it is."""
        end = time.monotonic() + FULL
        while self.seq and not self._queue.settle(self._unit, self._fence, timeout=STEP):
            self._waiting()
            if self._stop.is_set():
                end = min(end, time.monotonic() + LEAVE)
            if time.monotonic() > end:
                return False
        return True


__all__ = ["Emitter", "Lost", "Producer"]
