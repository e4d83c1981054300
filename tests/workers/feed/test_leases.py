"""One process at a time feeds a sink, and stops when it is told to."""

from __future__ import annotations

import pytest

from specs.testing.sink import MemoryFollower
from tests.workers.feed.told import SINK, Failing, filled, following, held, registered
from workers.feed.subscriber import Following, Lost, Stopped
from workers.feed.subscriptions import Followers
from workers.process.stop_flag import Stop
from workers.store.database import Database


def test_only_one_feeds_a_sink_at_a_time(db: Database) -> None:
    filled(db, 3)
    first = registered(db, name="elsewhere:1:1")
    second = Followers(db, name="elsewhere:2:2")
    mine = held(first)
    assert second.take(SINK) is None
    first.release(SINK)
    assert second.take(SINK) is not None
    with pytest.raises(Lost):
        Following(db, first, mine, MemoryFollower(), Stop()).feed()


def test_a_lease_runs_out_and_the_dead_hold_nothing(db: Database) -> None:
    registered(db, name="elsewhere:1:1", lease=0.0).take(SINK)
    assert Followers(db, name="elsewhere:2:2").take(SINK) is not None
    dead: list[str] = []
    third = Followers(db, name="elsewhere:3:3", gone=lambda name: name in dead)
    assert third.take(SINK) is None
    dead.append("elsewhere:2:2")
    assert third.take(SINK) is not None


def test_a_stop_is_heard_between_two_batches(db: Database) -> None:
    filled(db, 20)
    followers, stop = registered(db), Stop()
    sink = Failing(lambda _: stop.set() if len(sink.calls) == 2 else None, entries=3)
    with pytest.raises(Stopped):
        following(db, followers, sink, stop).feed()
    assert len(sink.calls) == 2
