"""A sink that follows the feed ends with what the catalog holds, whatever came in between."""

from __future__ import annotations

import json

import pytest

from specs.errors import Retry
from specs.testing.sink import MemoryFollower
from tests.workers.feed.told import (
    Failing,
    catalog,
    filled,
    following,
    held,
    objects,
    registered,
    remove,
    row,
    store,
    view,
)
from workers.feed.subscription.fed_targets import FedTargets
from workers.feed.subscription.subscriber import Following
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase


def test_a_new_sink_gets_the_state_then_the_changes(db: SqlDatabase) -> None:
    filled(db, 3)
    filled(db, 2, service="other")
    followers, sink = registered(db), MemoryFollower()
    fed = following(db, followers, sink).feed()
    assert fed.level
    assert fed.delivered == 6
    assert objects(sink) == catalog(db)
    assert [change.fqn for change in sink.told[:3]] == ["shop", "shop.db", "shop.db.s0"]
    assert view(followers).state == "following"
    assert view(followers).behind == 0

    store(db, row("shop.db.s0.t001", comment="second"), row("shop.db.s0.new"))
    remove(db, row("shop.db.s0.t002"))
    sink.told.clear()
    fed = following(db, followers, sink).feed()
    assert [(change.op, change.fqn) for change in sink.told] == [
        ("delete", "shop.db.s0.t002"), ("upsert", "shop.db.s0.t001"), ("upsert", "shop.db.s0.new")
    ]  # fmt: skip
    assert objects(sink) == catalog(db)
    assert following(db, followers, sink).feed().delivered == 0


def test_what_changes_while_the_state_is_sent_arrives_too(db: SqlDatabase) -> None:
    filled(db, 30)
    followers = registered(db)
    seen = 0

    def change(_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            store(db, row("shop.db.s0.t000", comment="late"), row("shop.db.s0.a_new_one"))
            remove(db, row("shop.db.s0.t001"), row("shop.db.s0.t029"))

    sink = Failing(change, entries=5)
    following(db, followers, sink).feed()
    following(db, followers, sink).feed()
    assert objects(sink) == catalog(db)


def test_several_changes_of_one_object_collapse_to_the_newest(db: SqlDatabase) -> None:
    filled(db, 1)
    followers, sink = registered(db), MemoryFollower()
    following(db, followers, sink).feed()
    sink.told.clear()
    for at in range(5):
        store(db, row("shop.db.s0.t000", comment=f"version {at}"), run=f"run{at}")
    following(db, followers, sink).feed()
    (change,) = sink.told
    assert json.loads(change.content)["comment"] == "version 4"


def test_deleted_and_back_again_in_one_page_ends_alive_and_the_other_way_round_dead(db: SqlDatabase) -> None:
    filled(db, 2)
    followers, sink = registered(db), MemoryFollower()
    following(db, followers, sink).feed()
    one, two = row("shop.db.s0.t000", comment="back"), row("shop.db.s0.t001", comment="gone")
    remove(db, one)
    store(db, one, two)
    remove(db, two)
    following(db, followers, sink).feed()
    assert objects(sink) == catalog(db)
    assert ("Table", one.fqn) in sink.objects
    assert ("Table", two.fqn) not in sink.objects


def test_containers_come_before_contents_and_go_after_them(db: SqlDatabase) -> None:
    followers, sink = registered(db), MemoryFollower()
    rows = [row("shop.db.s0.t"), row("shop.db.s0"), row("shop.db"), row("shop")]
    store(db, *rows)
    following(db, followers, sink).feed()
    store(db, row("shop.db.s1.t"), row("shop.db.s1"))
    following(db, followers, sink).feed()
    remove(db, rows[1], rows[0])
    following(db, followers, sink).feed()
    assert [(change.op[0], change.fqn) for change in sink.told] == [
        ("u", "shop"), ("u", "shop.db"), ("u", "shop.db.s0"), ("u", "shop.db.s0.t"), ("u", "shop.db.s1"),
        ("u", "shop.db.s1.t"), ("d", "shop.db.s0.t"), ("d", "shop.db.s0"),
    ]  # fmt: skip


def test_a_failure_keeps_the_position_and_the_next_try_sends_all_of_the_page_again(db: SqlDatabase) -> None:
    filled(db, 6)
    followers = registered(db)
    calls = 0

    def third(_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Retry("away")

    sink = Failing(third, entries=2)
    first = following(db, followers, sink)
    with pytest.raises(Retry):
        first.feed()
    assert view(followers).state == "snapshot"
    following(db, followers, sink).feed()
    assert objects(sink) == catalog(db)
    assert sink.calls[3] == sink.calls[0]


def test_other_services_do_not_hold_a_sink_back(db: SqlDatabase) -> None:
    filled(db, 1)
    followers, sink = registered(db), MemoryFollower()
    following(db, followers, sink).feed()
    filled(db, 50, service="other")
    fed = following(db, followers, sink).feed()
    assert (fed.delivered, view(followers).behind) == (0, 0)


def test_a_sink_behind_the_kept_feed_starts_again_and_forgets_what_is_gone(db: SqlDatabase) -> None:
    from scheduler.app.catalog.retention import gc

    rows = filled(db, 10)
    followers, sink = registered(db), MemoryFollower()
    following(db, followers, sink).feed()
    remove(db, *rows[5:8])
    gc(db, days=1)
    filled(db, 10, service="other")
    store(db, row("shop.db.s0.newer"))
    sink.told.clear()
    following(db, followers, sink).feed()
    assert len(sink.told) > 10
    assert objects(sink) == catalog(db)
    assert gc(db, days=1)["entities"] == 3


def test_pages_are_bounded_in_bytes(db: SqlDatabase) -> None:
    from workers.feed.subscription import pages
    from workers.feed.subscription.subscriptions import BEGUN, FeedPosition

    store(db, row("shop"), *[row(f"shop.db{at}", comment="x" * 10_000) for at in range(20)])
    at = FeedPosition(0, BEGUN)
    sizes = []
    while True:
        page = pages.read(db, "shop", at, max_bytes=25_000)
        sizes.append(sum(len(change.content) for change in page.changes))
        at = page.position
        if not page.more and not at.cursor:
            break
    assert max(sizes) <= 25_000
    assert len(sizes) >= 10
    at, found = FeedPosition(0, ""), 0
    while at.seq < 21:
        page = pages.read(db, "shop", at, max_bytes=25_000)
        found += len(page.changes)
        assert sum(len(change.content) for change in page.changes) <= 25_000
        at = page.position
    assert found == 21


def test_a_flaky_sink_gets_through_a_long_page(db: SqlDatabase) -> None:
    """Three requests of four fail, and a page takes thirty of them: what was taken is not sent again."""
    from workers.feed.subscription.delivery import Sent

    filled(db, 27)
    followers, sent, asked = registered(db), Sent(), 0

    def flaky(_: object) -> None:
        nonlocal asked
        asked += 1
        if asked % 4:
            raise Retry("away")

    sink = Failing(flaky, entries=1)
    tries = 0
    while view(followers).state != "following":
        tries += 1
        assert tries < 2000
        one = Following(db, followers, held(followers), sink, StopFlag(), sent)
        try:
            one.feed()
        except Retry:
            assert one.moved == (asked % 4 == 1 and asked > 1)
    assert len(sink.told) == 30
    assert objects(sink) == catalog(db)


def test_what_was_sent_before_the_first_page_broke_off_and_is_gone_now_is_deleted(db: SqlDatabase) -> None:
    filled(db, 3)
    followers = registered(db)
    sink = Failing(lambda _: None, entries=1)

    def sixth(_: object) -> None:
        if len(sink.calls) == 6:
            raise Retry("away")

    sink.fault = sixth
    with pytest.raises(Retry):
        following(db, followers, sink).feed()
    assert ("Table", "shop.db.s0.t000") in sink.objects
    remove(db, row("shop.db.s0.t000"))
    following(db, followers, sink).feed()
    assert objects(sink) == catalog(db)


def test_what_a_restored_container_brings_back_over_there_is_deleted_again(db: SqlDatabase) -> None:
    from specs.recipe.recipe import ServiceRef
    from tests.servers.catalogs import OpenMetadata
    from tests.servers.receiver import Receiver
    from workers.sinks.openmetadata.config import OpenMetadataConfig
    from workers.sinks.openmetadata.sink import OpenMetadataSink

    def table(at: int):  # type: ignore[no-untyped-def]
        return row(f"shop.db.s.t{at}", table_type="regular")

    store(db, row("shop"), row("shop.db"), row("shop.db.s"), *map(table, range(4)))
    followers, work = registered(db), OpenMetadata()
    with Receiver(work) as receiver:
        config = OpenMetadataConfig.model_validate({"type": "openmetadata", "url": f"{receiver.url}/api"})
        sink = OpenMetadataSink(config, ServiceRef(name="shop", type="postgres"), FedTargets(db))
        following(db, followers, sink).feed()
        remove(db, table(0))
        remove(db, row("shop.db.s"), *map(table, range(1, 4)))
        following(db, followers, sink).feed()
        assert work.live("tables") == {}
        store(db, row("shop.db.s"), table(1), table(2), run="later")
        following(db, followers, sink).feed()
        assert sorted(work.live("tables")) == ["shop.db.s.t1", "shop.db.s.t2"]
        sink.close()
