"""Reading ahead: every entry comes once and in order, stays until it is removed, and little is held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import fakeredis
import pytest

from specs.errors import Retry
from specs.testing.queue import SOON_SECONDS, batch
from workers.queues.ahead import Ahead
from workers.queues.redis.queue import RedisQueue
from workers.queues.weight import weigh

FIRST, SECOND = "00000000" + "0" * 24, "00000001" + "0" * 24
"""Units of shard 0 and 1."""


@pytest.fixture
def client() -> Iterator[fakeredis.FakeRedis]:
    with fakeredis.FakeRedis() as client:
        yield client


@pytest.fixture
def queue(client: fakeredis.FakeRedis) -> RedisQueue:
    return RedisQueue(client, prefix="t", shards=2, window=1000)


def filled(queue: RedisQueue, count: int) -> None:
    for seq in range(1, count + 1):
        for unit in (FIRST, SECOND):
            assert queue.put(batch(seq, unit=unit), timeout=SOON_SECONDS) is not None


@pytest.mark.parametrize("shards", [[0], [0, 1]])
def test_all_entries_come_once_and_in_order(queue: RedisQueue, shards: list[int]) -> None:
    filled(queue, 30)
    found: dict[int, list[int]] = {shard: [] for shard in shards}
    with closing(Ahead(queue, shards, 3 * weigh(batch(1)))) as ahead:
        for _ in range(60):
            for shard in shards:
                entries = ahead.read(shard, 2)
                found[shard] += [each.seq for _, each in entries]
                ahead.remove(shard, [id_ for id_, _ in entries], ["applied"] * len(entries))
        assert not ahead
    assert found == {shard: list(range(1, 31)) for shard in shards}
    assert [queue.sizes()[shard] for shard in shards] == [(0, 0)] * len(shards)


def test_what_was_not_removed_comes_again(queue: RedisQueue) -> None:
    filled(queue, 3)
    with closing(Ahead(queue, [0], 10_000_000)) as ahead:
        first = ahead.read(0, 2)
        assert ahead.read(0, 2) == first
        ahead.remove(0, [first[0][0]], ["applied"])
        assert [each.seq for _, each in ahead.read(0, 3)] == [2, 3]
        assert ahead


def test_little_is_held(queue: RedisQueue) -> None:
    filled(queue, 50)
    limit = 5 * weigh(batch(1))
    with closing(Ahead(queue, [0, 1], limit)) as ahead:
        for _ in range(10):
            for shard in (0, 1):
                assert sum(weigh(each) for _, each in ahead.read(shard, 100)) <= 2 * limit


def test_what_comes_after_a_wipe_is_read(queue: RedisQueue, client: fakeredis.FakeRedis) -> None:
    filled(queue, 5)
    with closing(Ahead(queue, [0], 10_000_000)) as ahead:
        entries = ahead.read(0, 10)
        client.flushall()
        assert queue.put(batch(9, unit=FIRST), timeout=SOON_SECONDS) is not None
        ahead.remove(0, [id_ for id_, _ in entries], ["applied"] * len(entries))
        while entries := ahead.read(0, 10):
            last = entries
            ahead.remove(0, [id_ for id_, _ in entries], ["applied"] * len(entries))
    assert [each.seq for _, each in last] == [9]


def test_what_others_have_now_is_forgotten(queue: RedisQueue) -> None:
    filled(queue, 3)
    shards = [0, 1]
    with closing(Ahead(queue, shards, 10_000_000)) as ahead:
        assert ahead.read(0, 10)
        shards.remove(0)
        ahead.forget()
        assert [each.seq for _, each in ahead.read(1, 10)] == [1, 2, 3]
        ahead.remove(1, [id_ for id_, _ in ahead.read(1, 10)], ["applied"] * 3)
        assert not ahead


def test_an_outage_is_told_to_who_needs_the_queue_now(queue: RedisQueue) -> None:
    filled(queue, 2)
    failing = _Failing(queue)
    with closing(Ahead(failing, [0], 1)) as ahead:
        entries = ahead.read(0, 1)
        failing.out = True
        assert ahead.read(0, 1) == entries, "what is here needs no queue"
        failing.out = False
        ahead.remove(0, [entries[0][0]], ["applied"])
        while entries := ahead.read(0, 1):
            ahead.remove(0, [entries[0][0]], ["applied"])
        failing.out = True
        with pytest.raises(Retry):
            ahead.read(0, 1)


class _Failing:
    """A queue that can be out of reach."""

    def __init__(self, queue: RedisQueue) -> None:
        self._queue, self.out = queue, False
        self.remove = queue.remove

    def read(self, shard: int, limit: int, *, after: str = "", max_bytes: int | None = None):  # type: ignore[no-untyped-def]
        if self.out:
            raise Retry("Redis cannot be reached", "redis")
        return self._queue.read(shard, limit, after=after, max_bytes=max_bytes)
