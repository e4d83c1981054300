"""Sinks that follow the catalog get the days of usage with their numbers, again when these change, and never else."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from specs import names
from specs.contracts.work import Row
from specs.entities.usage import Usage
from specs.errors import Skip
from specs.testing.sink import MemoryFollower
from tests.workers.feed.told import Failing, filled, following, registered, row, store, view
from workers.catalog import Catalog
from workers.catalog.history import changes, diff
from workers.feed.subscription import pages
from workers.feed.subscription.subscriptions import AGAIN, FeedPosition
from workers.store.database import SqlDatabase


def bucket(table: str, queries: int, day: str = "2026-03-29") -> Row:
    usage = Usage(
        fqn=names.build("shop", day, table), name=table, parent=names.build("shop", day), target=f"shop.{table}",
        day=date.fromisoformat(day), queries=queries,
    )  # fmt: skip
    return row(usage.fqn, "Usage", target=usage.target, day=day)._replace(stats=usage.stats())


def numbers(sink: MemoryFollower) -> list[tuple[str, Any]]:
    return [
        (content["target"], content["stats"].get("queries", 0))
        for content in (json.loads(each.content) for each in sink.told if each.type == "Usage")
    ]


def test_numbers_are_told_when_they_change(db: SqlDatabase) -> None:
    filled(db, 3)
    followers, sink = registered(db), MemoryFollower()
    following(db, followers, sink).feed()
    for told, queries in (([5], 5), ([], 5), ([8], 8), ([0], 0)):
        sink.told.clear()
        store(db, bucket("db.s0.t001", queries))
        following(db, followers, sink).feed()
        assert numbers(sink) == [("shop.db.s0.t001", each) for each in told]
        assert len(sink.told) == len(told)
    assert view(followers).behind == 0


def test_people_are_told_of_no_numbers(db: SqlDatabase) -> None:
    store(db, bucket("db.s0.t001", 5))
    end = Catalog(db).feed()[1]
    store(db, bucket("db.s0.t001", 6), run="second")
    assert Catalog(db).feed()[1] == end + 1
    assert [each.kind for each in changes(db)] == ["created"]
    assert list(diff(db)) == []


def test_a_new_sink_gets_all_days_behind_all_objects(db: SqlDatabase) -> None:
    filled(db, 30)
    store(db, *(bucket(f"db.s0.t{at:03}", at + 1) for at in range(30)))
    followers, sink = registered(db), MemoryFollower(7)
    following(db, followers, sink).feed()
    assert [each.type == "Usage" for each in sink.told] == [False] * 33 + [True] * 30
    assert numbers(sink) == [(f"shop.db.s0.t{at:03}", at + 1) for at in range(30)]

    at, types = FeedPosition(0, AGAIN), []
    while at.cursor:
        page = pages.read(db, "shop", at, entries=10)
        types += [each.type for each in page.changes]
        at = page.position
    assert types.index("Usage") == 33
    assert (len(types), at.seq) == (63, Catalog(db).feed()[1])


def test_a_day_that_was_refused_is_sent_again_with_its_numbers(db: SqlDatabase) -> None:
    filled(db, 1)
    followers, away = registered(db), [True]

    def refuse(told: Any) -> None:
        if away and any(each.type == "Usage" for each in told):
            raise Skip("no such table")

    sink = Failing(refuse)
    following(db, followers, sink).feed()
    store(db, bucket("db.s0.t000", 5))
    fed = following(db, followers, sink).feed()
    assert fed.refused == 1
    away.clear()
    assert following(db, followers, sink).replay().refused == 0
    assert numbers(sink)[-1] == ("shop.db.s0.t000", 5)
