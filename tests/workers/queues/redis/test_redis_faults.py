"""The queue in Redis while the server is full, wiped, restarted, frozen, foreign or damaged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis

from specs.contracts.work import Lost
from specs.errors import Fatal, Retry, UsageError
from specs.testing.queue import SOON_SECONDS, arrivals, batch, commit, until_lost
from tests.servers.redis import RedisServer
from workers.queues.redis.link import connect, reach, where
from workers.queues.redis.queue import RedisQueue

pytestmark = pytest.mark.server


@contextmanager
def queue(url: str, **bounds: int) -> Iterator[RedisQueue]:
    made = RedisQueue(connect(url), prefix="t", **bounds)
    try:
        yield made
    finally:
        made.close()


def test_a_full_server_makes_wait_and_lets_remove(redis_alone: RedisServer) -> None:
    with queue(redis_alone.url) as made, redis_alone.client() as client:
        for number in range(4):
            assert made.put(batch(1, unit=f"{number:032x}", text=100_000), timeout=SOON_SECONDS)
        used: Any = client.info("memory")
        client.config_set("maxmemory", used["used_memory"] - 100_000)
        assert made.put(batch(1, unit="f" * 32), timeout=0.1) is None
        assert made.sizes()[0][0] == 4
        commit(made, 2, "fenced")
        commit(made, 2)
        assert made.sizes() == [(0, 0)]
        with pytest.raises(Lost):
            made.put(batch(2, unit="0" * 32), timeout=SOON_SECONDS)
        assert made.put(batch(1, unit="f" * 32), timeout=SOON_SECONDS)


def test_a_wiped_server_has_another_epoch(redis_url: str) -> None:
    with queue(redis_url) as made, connect(redis_url) as client:
        place = made.put(batch(1), timeout=SOON_SECONDS)
        assert place is not None
        assert made.epoch() == place.epoch
        client.flushall()
        assert made.epoch() != place.epoch
        again = made.put(batch(2), timeout=SOON_SECONDS)
        assert again is not None
        assert again.epoch == made.epoch()
        assert [found.seq for _, found in arrivals(made, 1)] == [2]
        commit(made, 1, "gap")
        with pytest.raises(Lost):
            until_lost(made)


def test_a_restarted_server_still_holds_everything(redis_alone: RedisServer) -> None:
    with queue(redis_alone.url) as made:
        place = made.put(batch(1), timeout=SOON_SECONDS)
        time.sleep(1.1)  # the log of writes reaches the disk once per second
        redis_alone.kill()
        with pytest.raises(Retry, match="cannot be reached"):
            made.read(0, 10)
        assert made.put(batch(2), timeout=0.05) is None
        assert not made.settle("0" * 32, 7, timeout=0.05)
        redis_alone.start()
        assert made.put(batch(2), timeout=SOON_SECONDS)
        assert [found.seq for _, found in arrivals(made, 2)] == [1, 2]
        assert place is not None
        assert made.epoch() == place.epoch
        commit(made, 2)
        assert made.sizes() == [(0, 0)]


class Deaf:
    """A client whose next answers to a script are lost on the way, after the server did what was asked."""

    def __init__(self, client: Any) -> None:
        self._client, self.lose = client, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def register_script(self, text: str) -> Any:
        script = self._client.register_script(text)

        def call(**given: Any) -> Any:
            answer = script(**given)
            if self.lose:
                self.lose -= 1
                raise redis.exceptions.TimeoutError("lost")
            return answer

        return call


def test_a_lost_reply_costs_nothing(redis_url: str) -> None:
    client = Deaf(connect(redis_url))
    made = RedisQueue(client, prefix="t")
    for seq in (1, 2, 3):
        client.lose = 1
        assert made.put(batch(seq), timeout=SOON_SECONDS)
    ids = [id_ for id_, _ in made.read(0, 10)]
    assert len(ids) == 3
    client.lose = 1
    with pytest.raises(Retry):
        made.remove(0, ids, ["applied"] * 3)
    made.remove(0, ids, ["applied"] * 3)
    assert made.sizes() == [(0, 0)]
    assert made.settle("0" * 32, 7, timeout=SOON_SECONDS)
    made.close()


def test_a_damaged_entry_is_put_aside(redis_url: str) -> None:
    with queue(redis_url) as made, connect(redis_url) as client:
        assert made.put(batch(1), timeout=SOON_SECONDS)
        client.xadd("t:sink:0", {"u": "0" * 32, "f": "7", "b": b"HR1 not a batch"})
        client.xadd("t:sink:0", {"what": "ever"})
        assert made.put(batch(1, unit="1" * 32), timeout=SOON_SECONDS)
        assert [found.unit for _, found in arrivals(made, 2)] == ["0" * 32, "1" * 32]
        assert made.dead() == 2
        commit(made, 2)
        assert made.sizes() == [(0, 0)]
        with pytest.raises(Lost):  # its unit is read again
            made.put(batch(2), timeout=SOON_SECONDS)


def test_a_frozen_server_is_out_of_reach(redis_alone: RedisServer) -> None:
    with queue(redis_alone.url) as made:
        assert made.put(batch(1), timeout=SOON_SECONDS)
        redis_alone.freeze()
        with pytest.raises(Retry, match="cannot be reached"):
            made.read(0, 10)
        redis_alone.thaw()
        assert [found.seq for _, found in arrivals(made, 1)] == [1]


def test_no_server_is_told_with_the_setting() -> None:
    url = "redis://crawler:geheim@127.0.0.1:1/0"
    with connect(url) as client, pytest.raises(Fatal, match="HEADRACE_REDIS") as told:
        reach(client, where(url), patience=0.1)
    assert "127.0.0.1:1" in str(told.value)
    assert "geheim" not in str(told.value)


def test_a_wrong_password_is_told_without_it(redis_alone: RedisServer) -> None:
    with redis_alone.client() as client:
        client.config_set("requirepass", "richtig")
    for user in ("", "nobody"):
        url = f"redis://{user}:geheim@127.0.0.1:{redis_alone.port}/0"
        with connect(url) as client, pytest.raises(Fatal, match="refused the user") as told:
            reach(client, where(url))
        assert "geheim" not in str(told.value)
    plain = f"redis://127.0.0.1:{redis_alone.port}/0"
    with connect(plain) as client, pytest.raises(Fatal, match="refused the user"):
        reach(client, where(plain))


def test_a_server_that_forgets_when_full_is_refused(redis_alone: RedisServer) -> None:
    with redis_alone.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    with connect(redis_alone.url) as client, pytest.raises(Fatal, match="noeviction"):
        reach(client, "here")


def test_a_url_that_is_none() -> None:
    with pytest.raises(UsageError, match="HEADRACE_REDIS"):
        connect("http://nowhere")


def test_processes_agree_on_the_shards(redis_url: str) -> None:
    with queue(redis_url, shards=4) as made, queue(redis_url, shards=2) as other:
        made.agree()
        with pytest.raises(Fatal, match="HEADRACE_SHARDS=4"):
            other.agree()


def test_a_full_server_still_tells_its_epoch_and_whose_it_is(redis_alone: RedisServer) -> None:
    with queue(redis_alone.url) as made, redis_alone.client() as client:
        before = made.epoch()
        made.agree()
        made.belong("one")
        client.config_set("maxmemory", 1)
        assert made.epoch() == before
        made.agree()
        made.belong("one")
        with pytest.raises(Fatal, match="another cluster"):
            made.belong("two")
