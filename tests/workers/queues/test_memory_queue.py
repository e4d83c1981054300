"""The queue inside one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from specs.contracts.work import WINDOW, Lost, SinkQueue
from specs.errors import Fatal
from specs.testing.queue import QueueSuite, batch, running
from workers.queues.memory import MemoryQueue


class TestMemoryQueue(QueueSuite):
    @contextmanager
    def queue(self, *, max_bytes: int = 10_000_000) -> Iterator[SinkQueue]:
        made = MemoryQueue(max_bytes=max_bytes)
        yield made
        made.close()


def test_an_error_of_the_flusher_reaches_who_waits() -> None:
    queue = MemoryQueue()
    for seq in range(WINDOW):
        queue.put(batch(seq + 1), timeout=1)
    with pytest.raises(Fatal, match="disk"), running(lambda: queue.put(batch(9), timeout=5)):
        queue.fail(Fatal("disk full"))
    with pytest.raises(Fatal, match="disk"):
        queue.settle("0" * 32, 7, timeout=1)


def test_a_closed_queue_takes_nothing() -> None:
    queue = MemoryQueue()
    queue.close()
    with pytest.raises(Lost):
        queue.put(batch(1), timeout=1)


def test_units_keep_to_their_shard() -> None:
    queue = MemoryQueue(shards=4)
    for number in range(16):
        unit = f"{number:08x}" + "0" * 24
        place = queue.put(batch(1, unit=unit), timeout=1)
        assert place is not None
        assert place.shard == number % 4
    assert [len(queue.read(shard, 100)) for shard in range(4)] == [4, 4, 4, 4]
    assert queue.bytes > 0
    for shard in range(4):
        ids = [id_ for id_, _ in queue.read(shard, 100)]
        queue.remove(shard, ids, ["applied"] * len(ids))
    assert queue.bytes == 0
    queue.close()
