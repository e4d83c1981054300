"""The queue in Redis: the suite on a fake and on a real server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import fakeredis
import pytest

from specs.contracts.work import SinkQueue
from specs.testing.queue import SOON_SECONDS, QueueSuite, arrivals, batch, commit
from workers.queues.redis.link import connect
from workers.queues.redis.queue import RedisQueue

_numbers = itertools.count()


class TestOnAFake(QueueSuite):
    @contextmanager
    def queue(self, *, max_bytes: int = 10_000_000) -> Iterator[SinkQueue]:
        with fakeredis.FakeRedis() as client:
            made = RedisQueue(client, max_bytes=max_bytes)
            yield made
            made.close()


class TestOnAServer(QueueSuite):
    @pytest.fixture(autouse=True)
    def _server(self, redis_url: str) -> None:
        self._url = redis_url

    @contextmanager
    def queue(self, *, max_bytes: int = 10_000_000) -> Iterator[SinkQueue]:
        made = RedisQueue(connect(self._url), prefix=f"suite{next(_numbers)}", max_bytes=max_bytes)
        yield made
        made.close()


@contextmanager
def queue(url: str, **bounds: int) -> Iterator[RedisQueue]:
    made = RedisQueue(connect(url), prefix="t", **bounds)
    try:
        yield made
    finally:
        made.close()


def test_the_account_is_even_when_all_is_removed(redis_url: str) -> None:
    with queue(redis_url) as made:
        for seq in (1, 2, 3):
            made.put(batch(seq), timeout=SOON_SECONDS)
        assert made.sizes()[0][0] == 3
        assert made.sizes()[0][1] > 300
        commit(made, 3)
        assert made.sizes() == [(0, 0)]
        with connect(redis_url) as client:
            assert sorted(client.keys()) == [b"t:sink:0", b"t:sink:epoch"]


def test_entries_are_bounded(redis_url: str) -> None:
    with queue(redis_url, max_entries=2) as made:
        assert made.put(batch(1), timeout=SOON_SECONDS)
        assert made.put(batch(2), timeout=SOON_SECONDS)
        assert made.put(batch(1, unit="1" * 32), timeout=0.05) is None


def test_a_batch_sent_twice_lies_there_once(redis_url: str) -> None:
    with queue(redis_url) as made:
        first = made.put(batch(1), timeout=SOON_SECONDS)
        assert made.put(batch(1), timeout=SOON_SECONDS) == first
        assert len(arrivals(made, 1)) == 1


def test_units_keep_to_their_shard(redis_url: str) -> None:
    with queue(redis_url, shards=4) as made:
        for number in range(8):
            place = made.put(batch(1, unit=f"{number:08x}" + "0" * 24), timeout=SOON_SECONDS)
            assert place is not None
            assert place.shard == number % 4
        assert [entries for entries, _ in made.sizes()] == [2, 2, 2, 2]


def test_all_see_one_queue(redis_url: str) -> None:
    with queue(redis_url) as ours, queue(redis_url) as theirs:
        place = ours.put(batch(1), timeout=SOON_SECONDS)
        assert place is not None
        assert place.epoch == theirs.epoch()
        assert theirs.ours(place.epoch)
        assert not RedisQueue(connect(redis_url), prefix="other").ours(place.epoch)
        assert theirs.arrived([0], 0.01)
        commit(theirs, 1, "fenced")
        assert not theirs.arrived([0], 0.01)
        assert ours.settle("0" * 32, 7, timeout=SOON_SECONDS)


def test_what_was_passed(redis_url: str) -> None:
    with queue(redis_url) as made:
        first, second = made.put(batch(1), timeout=SOON_SECONDS), made.put(batch(2), timeout=SOON_SECONDS)
        assert first is not None
        assert second is not None
        assert made.passed(0) == first.id
        commit(made, 1)
        assert made.passed(0) == second.id
        commit(made, 1)
        assert made.passed(0) >= second.id


def test_entries_of_two_shards_may_have_the_same_id() -> None:
    """Ids count milliseconds: two shards that are written to at once often give the same one."""
    units = ("00000000" + "0" * 24, "00000001" + "0" * 24)
    late = "9999999999999-5"
    with fakeredis.FakeRedis() as client:
        for shard in (0, 1):  # a stream whose last id is ahead of the clock counts on from there
            client.xadd(f"t:sink:{shard}", {"x": "x"}, id=late)
            client.xdel(f"t:sink:{shard}", late)
        made = RedisQueue(client, prefix="t", shards=2)
        places = [made.put(batch(1, unit=unit), timeout=SOON_SECONDS) for unit in units]
        assert [place and place.id for place in places] == ["9999999999999-6"] * 2
        entries = [made.read(shard, 10) for shard in (0, 1)]
        for shard in (0, 1):
            made.remove(shard, [id_ for id_, _ in entries[shard]], ["applied"] * len(entries[shard]))
        assert made.sizes() == [(0, 0), (0, 0)]
        assert [made.settle(unit, 7, timeout=0) for unit in units] == [True, True]
