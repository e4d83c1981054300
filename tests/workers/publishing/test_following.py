"""A sink that follows the feed ends with what the catalog holds, whatever came in between."""

from __future__ import annotations

import json

import pytest

from specs.errors import Fatal, Retry, Skip
from specs.sink import Refused
from specs.testing.sink import MemoryFollower
from tests.workers.publishing.told import (
    SINK,
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
)
from workers.database import Database
from workers.publishing.followers import Followers
from workers.publishing.following import Following, Lost, Stopped
from workers.publishing.letters import letters
from workers.stopping import Stop


def view(followers: Followers):  # type: ignore[no-untyped-def]
    (found,) = [each for each in followers.views() if each.sink == SINK]
    return found


def test_a_new_sink_gets_the_state_then_the_changes(db: Database) -> None:
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


def test_what_changes_while_the_state_is_sent_arrives_too(db: Database) -> None:
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


def test_several_changes_of_one_object_collapse_to_the_newest(db: Database) -> None:
    filled(db, 1)
    followers, sink = registered(db), MemoryFollower()
    following(db, followers, sink).feed()
    sink.told.clear()
    for at in range(5):
        store(db, row("shop.db.s0.t000", comment=f"version {at}"), run=f"run{at}")
    following(db, followers, sink).feed()
    (change,) = sink.told
    assert json.loads(change.content)["comment"] == "version 4"


def test_deleted_and_back_again_in_one_page_ends_alive_and_the_other_way_round_dead(db: Database) -> None:
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


def test_containers_come_before_contents_and_go_after_them(db: Database) -> None:
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


def test_a_failure_keeps_the_position_and_the_next_try_sends_all_of_the_page_again(db: Database) -> None:
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


@pytest.mark.parametrize("told", [True, False])
def test_refused_changes_become_dead_letters_and_the_rest_arrives(db: Database, told: bool) -> None:
    filled(db, 40)
    followers = registered(db)
    poison = {"shop.db.s0.t003", "shop.db.s0.t017"}

    def refuse(changes):  # type: ignore[no-untyped-def]
        found = [change for change in changes if change.fqn in poison]
        if told:
            return [Refused(change, "too odd") for change in found]
        if found:
            raise Skip("answers 400: too odd")
        return []

    sink = Failing(refuse)
    fed = following(db, followers, sink).feed()
    assert fed.refused == 2
    assert {key[1] for key in catalog(db)} - {key[1] for key in sink.objects} == poison
    found = letters(db, SINK)
    assert [(letter.fqn, letter.kind, letter.attempts) for letter in found] == [
        (fqn, "upsert", 2) for fqn in sorted(poison)
    ]  # the second time at the end of the snapshot
    assert "too odd" in found[0].reason

    poison = {"shop.db.s0.t003"}
    store(db, row("shop.db.s0.t017", comment="better"))
    following(db, followers, sink).feed()
    assert [letter.fqn for letter in letters(db)] == ["shop.db.s0.t003"]
    poison = set()
    store(db, row("shop.db.s0.t003", comment="third"))
    again = following(db, followers, sink)
    assert again.replay().delivered == 1
    assert letters(db) == []
    again.feed()
    assert objects(sink) == catalog(db)


def test_what_refers_to_later_objects_is_tried_again_at_the_end(db: Database) -> None:
    """A sink that wants the target of a foreign key first, which comes pages later."""
    filled(db, 300, schemas=3)
    followers = registered(db)
    sink = Failing(lambda changes: None)

    def needs(changes):  # type: ignore[no-untyped-def]
        there = {fqn for _, fqn in sink.objects} | {change.fqn for change in changes}
        return [
            Refused(change, "no such table")
            for change in changes
            if change.fqn == "shop.db.s0.t000" and "shop.db.s2.t299" not in there
        ]

    sink.fault = needs
    following(db, followers, sink).feed()
    assert letters(db) == []
    assert objects(sink) == catalog(db)


def test_a_sink_that_refuses_everything_buries_nothing(db: Database) -> None:
    filled(db, 100)
    followers = registered(db)

    def refuse(_: object) -> None:
        raise Skip("answers 400: what is this?")

    sink = Failing(refuse)
    with pytest.raises(Fatal, match="refuses every change: answers 400: what is this"):
        following(db, followers, sink).feed()
    assert letters(db) == []
    assert len(sink.calls) < 60
    assert view(followers).position.cursor != ""


def test_other_services_do_not_hold_a_sink_back(db: Database) -> None:
    filled(db, 1)
    followers, sink = registered(db), MemoryFollower()
    following(db, followers, sink).feed()
    filled(db, 50, service="other")
    fed = following(db, followers, sink).feed()
    assert (fed.delivered, view(followers).behind) == (0, 0)


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


def test_a_sink_behind_the_kept_feed_starts_again_and_forgets_what_is_gone(db: Database) -> None:
    from workers.catalog.retention import gc

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


def test_pages_are_bounded_in_bytes(db: Database) -> None:
    from workers.publishing import pages
    from workers.publishing.followers import BEGIN, Position

    store(db, row("shop"), *[row(f"shop.db{at}", comment="x" * 10_000) for at in range(20)])
    at = Position(0, BEGIN)
    sizes = []
    while True:
        page = pages.read(db, "shop", at, max_bytes=25_000)
        sizes.append(sum(len(change.content) for change in page.changes))
        at = page.position
        if not page.more and not at.cursor:
            break
    assert max(sizes) <= 25_000
    assert len(sizes) >= 10
    at, found = Position(0, ""), 0
    while at.seq < 21:
        page = pages.read(db, "shop", at, max_bytes=25_000)
        found += len(page.changes)
        assert sum(len(change.content) for change in page.changes) <= 25_000
        at = page.position
    assert found == 21


def test_a_flaky_sink_gets_through_a_long_page(db: Database) -> None:
    """Nine requests of ten fail, and a page takes a hundred of them: what was taken is not sent again."""
    from workers.publishing.delivering import Sent

    filled(db, 97)
    followers, sent, asked = registered(db), Sent(), 0

    def flaky(_: object) -> None:
        nonlocal asked
        asked += 1
        if asked % 10:
            raise Retry("away")

    sink = Failing(flaky, entries=1)
    tries = 0
    while view(followers).state != "following":
        tries += 1
        assert tries < 2000
        one = Following(db, followers, held(followers), sink, Stop(), sent)
        try:
            one.feed()
        except Retry:
            assert one.moved == (asked % 10 == 1 and asked > 1)
    assert len(sink.told) == 100
    assert objects(sink) == catalog(db)
