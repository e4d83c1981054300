"""What a sink refuses becomes a dead letter, and the rest arrives."""

from __future__ import annotations

import pytest

from specs.contracts.sink import Refused
from specs.errors import Fatal, Skip
from tests.workers.feed.told import (
    SINK,
    Failing,
    catalog,
    filled,
    following,
    held,
    objects,
    registered,
    row,
    store,
    view,
)
from workers.feed.dead_letters import letters
from workers.feed.subscription.delivery import Sent
from workers.feed.subscription.subscriber import Following
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase


@pytest.mark.parametrize("told", [True, False])
def test_refused_changes_become_dead_letters_and_the_rest_arrives(db: SqlDatabase, told: bool) -> None:
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


def test_what_refers_to_later_objects_is_tried_again_at_the_end(db: SqlDatabase) -> None:
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


def test_a_sink_that_refuses_everything_buries_nothing(db: SqlDatabase) -> None:
    filled(db, 100)
    followers = registered(db)

    def refuse(_: object) -> None:
        raise Skip("answers 400: what is this?")

    sink, sent = Failing(refuse), Sent()
    for _ in range(10):  # as a publisher tries again: more often than the page has twenties
        with pytest.raises(Fatal, match="refuses every change: answers 400: what is this"):
            Following(db, followers, held(followers), sink, StopFlag(), sent).feed()
        assert letters(db) == []
    assert len(sink.calls) < 10 * 60
    assert view(followers).position.cursor != ""
