"""Puts the batches of one unit into the sink queue, numbered without gaps, with a bounded number of them
uncommitted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from specs.contracts.work import Batch, Lost, QueuePosition
from specs.errors import Retry
from workers.process.governor.memory import peak_rss
from workers.process.stop_flag import StopFlag
from workers.unit.times import FULL_QUEUE_SECONDS, LEAVE_SECONDS, ROOM_WAIT_SECONDS


class Producer(Protocol):
    """A worker's end of the sink queue; the methods are those of ``SinkQueue``."""

    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None: ...
    def settle(self, unit: str, fence: int, *, timeout: float) -> bool: ...


class Emitter:
    """Numbers the batches of one claim and puts them into ``queue``; ``seq`` is the number of the last one. ``waiting``
    is called after each wait without room; it keeps the unit's lease, and raises ``Lost`` when that is gone."""

    def __init__(self, queue: Producer, unit: str, fence: int, *, stop: StopFlag, waiting: Callable[[], None]) -> None:
        self._queue, self._unit, self._fence = queue, unit, fence
        self._stop, self._waiting = stop, waiting
        self.seq = 0

    def emit(self, batch: Batch) -> QueuePosition:
        """Put a batch into the queue; returns its position. Raises ``Lost`` when another worker holds the unit now, and
        ``Retry`` when there was no room for ``FULL_QUEUE_SECONDS``, or ``LEAVE_SECONDS`` after a stop."""
        batch.seq = self.seq + 1
        if batch.receipt is not None:
            object.__setattr__(batch.receipt, "batches", batch.seq)
        batch.peak_rss = peak_rss()
        begun = time.monotonic()
        while True:
            position = self._queue.put(batch, timeout=ROOM_WAIT_SECONDS)
            if position is not None:
                self.seq = batch.seq
                return position
            self._waiting()
            if time.monotonic() - begun > (LEAVE_SECONDS if self._stop.is_set() else FULL_QUEUE_SECONDS):
                raise Retry("the sink queue stays full", self._unit, "is the flusher alive?", reason="backpressure")

    def settle(self) -> bool:
        """Wait until all batches of the claim are committed, up to ``FULL_QUEUE_SECONDS``, or ``LEAVE_SECONDS`` after a
        stop; returns whether they are. Raises ``Lost`` when another worker holds the unit now."""
        end = time.monotonic() + FULL_QUEUE_SECONDS
        while self.seq and not self._queue.settle(self._unit, self._fence, timeout=ROOM_WAIT_SECONDS):
            self._waiting()
            if self._stop.is_set():
                end = min(end, time.monotonic() + LEAVE_SECONDS)
            if time.monotonic() > end:
                return False
        return True


__all__ = ["Emitter", "Lost", "Producer"]
