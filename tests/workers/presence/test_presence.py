"""Processes tell that they live; what is silent, or left, is not listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.presence import Presence, live
from workers.process import liveness
from workers.store.database import SqlDatabase, open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlDatabase]:
    lite = request.param == "sqlite"
    made = open_database(f"sqlite:///{tmp_path}/p.db" if lite else request.getfixturevalue("postgres_database"))
    yield made
    made.close()


def test_a_process_is_listed_until_it_leaves(db: SqlDatabase) -> None:
    worker = Presence(db, "worker", "large", 1 << 30, name="a:1:2", measure=lambda: 77)
    assert worker.beat(claims=3)
    assert not worker.beat(claims=4), "not again so soon"
    flusher = Presence(db, "flusher")
    assert flusher.beat()
    found = live(db)
    assert [(each.kind, each.queue) for each in found] == [("flusher", None), ("worker", "large")]
    assert found[0].name == liveness.name()
    assert found[0].rss > 1 << 20
    assert (found[1].rss, found[1].budget, found[1].info) == (77, 1 << 30, {"claims": 3})
    assert live(db, "worker") == [found[1]] or live(db, "worker")[0].name == "a:1:2"
    worker.leave()
    assert not worker.beat(), "it has left"
    assert [each.kind for each in live(db)] == ["flusher"]


def test_beats_follow_each_other(db: SqlDatabase) -> None:
    one = Presence(db, "scheduler", every=0.0, name="a:1:2")
    assert one.beat(ticks=1)
    assert one.beat(ticks=2)
    assert [each.info for each in live(db)] == [{"ticks": 2}]


def test_the_silent_are_gone_and_later_forgotten(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/p.db")
    clock = [1000.0]
    Presence(db, "worker", name="old:1:1", clock=lambda: clock[0]).beat()
    assert live(db, now=1029.0)
    assert not live(db, now=1031.0)
    assert live(db, within=60, now=1031.0)[0].silent == 31.0
    clock[0] = 2000.0
    Presence(db, "worker", name="new:1:1", clock=lambda: clock[0]).beat()
    assert [each.name for each in live(db, within=1e9, now=2000.0)] == ["new:1:1"]
    db.close()


def test_a_locked_database_costs_a_beat_and_nothing_else(tmp_path: Path) -> None:
    db, other = (open_database(f"sqlite:///{tmp_path}/p.db") for _ in range(2))
    presence = Presence(db, "worker", every=0.0)
    with db.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout = 10")
    with other.write():
        assert not presence.beat()
    assert presence.beat()
    db.close()
    other.close()
