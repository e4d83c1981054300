"""One process at a time feeds a sink, and stops when it is told to."""

from __future__ import annotations

import pytest

from specs.testing.sink import MemoryFollower
from tests.workers.feed.told import SINK, Failing, filled, following, held, registered
from workers.feed.subscription.subscriber import Following, SubscriberStopped, SubscriptionLost
from workers.feed.subscription.subscriptions import Subscriptions
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase


def test_only_one_feeds_a_sink_at_a_time(db: SqlDatabase) -> None:
    filled(db, 3)
    first = registered(db, name="elsewhere:1:1")
    second = Subscriptions(db, name="elsewhere:2:2")
    mine = held(first)
    assert second.take(SINK) is None
    first.release(SINK)
    assert second.take(SINK) is not None
    with pytest.raises(SubscriptionLost):
        Following(db, first, mine, MemoryFollower(), StopFlag()).feed()


def test_a_lease_runs_out_and_the_dead_hold_nothing(db: SqlDatabase) -> None:
    registered(db, name="elsewhere:1:1", lease=0.0).take(SINK)
    assert Subscriptions(db, name="elsewhere:2:2").take(SINK) is not None
    dead: list[str] = []
    third = Subscriptions(db, name="elsewhere:3:3", gone=lambda name: name in dead)
    assert third.take(SINK) is None
    dead.append("elsewhere:2:2")
    assert third.take(SINK) is not None


def test_a_stop_is_heard_between_two_batches(db: SqlDatabase) -> None:
    filled(db, 20)
    followers, stop = registered(db), StopFlag()
    sink = Failing(lambda _: stop.set() if len(sink.calls) == 2 else None, entries=3)
    with pytest.raises(SubscriberStopped):
        following(db, followers, sink, stop).feed()
    assert len(sink.calls) == 2
