"""The sink queue inside one process: a flusher thread reads what the walking thread puts."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import islice

from specs.contracts.work import WINDOW, Batch, CommitResult, Lost, QueuePosition
from workers.queues.weight import weigh
from workers.queues.window import Window

BYTES = 4_000_000
"""Most bytes of uncommitted batches, as ``weigh`` estimates them; one batch always fits, however large."""


class MemoryQueue:
    """A ``SinkQueue`` of one process. ``epoch`` is a name of this queue object; ``fail(error)`` ends it: every call
    that waits in it, and every later one, raises the error.

    ``window`` is the number of uncommitted batches that a unit may have. ``put`` and ``settle`` raise ``Lost`` when
    another worker holds the unit now or the queue is closed.
    """

    def __init__(self, *, shards: int = 1, max_bytes: int = BYTES, window: int = WINDOW, epoch: str = "") -> None:
        self.epoch = epoch or secrets.token_hex(8)
        self.shards = shards
        self._window = Window(max_bytes, window)
        self._entries: list[OrderedDict[str, tuple[Batch, int]]] = [OrderedDict() for _ in range(shards)]
        self._arrival = threading.Condition()
        self._last = 0
        self.wake, self.idle, self.fail = self._window.wake, self._window.idle, self._window.fail

    @property
    def bytes(self) -> int:
        return self._window.bytes

    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None:
        size = weigh(batch)
        if not self._window.enter((batch.unit, batch.fence), size, timeout):
            return None
        shard = int(batch.unit[:8], 16) % self.shards if self.shards > 1 else 0
        with self._arrival:
            self._last += 1
            position = QueuePosition(shard, self.epoch, f"{self._last:016d}")
            self._entries[shard][position.id] = (batch, size)
            self._arrival.notify_all()
        return position

    def settle(self, unit: str, fence: int, *, timeout: float) -> bool:
        return self._window.settle((unit, fence), timeout)

    def read(self, shard: int, limit: int) -> list[tuple[str, Batch]]:
        with self._arrival:
            return [(id_, batch) for id_, (batch, _) in islice(self._entries[shard].items(), limit)]

    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None:
        for id_, result in zip(ids, results, strict=True):
            with self._arrival:
                entry = self._entries[shard].pop(id_, None)
            if entry is not None:
                batch, size = entry
                self._window.leave((batch.unit, batch.fence), size, result)

    def arrived(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for an entry to read; returns whether there is one. The flusher sleeps
        here."""
        with self._arrival:
            return self._arrival.wait_for(lambda: any(self._entries), timeout)

    def close(self) -> None:
        """Drop all entries; producers get ``Lost`` from now on. May be called twice."""
        self._window.fail(Lost("the queue is closed"))
        with self._arrival:
            for entries in self._entries:
                entries.clear()
