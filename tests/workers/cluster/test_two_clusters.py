"""Two clusters on one Redis: refused under one prefix, strangers to each other under two."""

from __future__ import annotations

from pathlib import Path

import pytest

from specs.errors import Fatal
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import PATIENCE, cluster, fake, undisturbed
from workers.cluster.flusher_process import Flushing
from workers.cluster.membership import check, joined, sink
from workers.cluster.settings import Settings, load
from workers.ledger import SqlLedger
from workers.queues.redis.link import connect
from workers.store.database import open_database

pytestmark = pytest.mark.server


def settings(redis: str, catalog: Path, **more: str) -> Settings:
    return load({"HEADRACE_REDIS": redis, "HEADRACE_CATALOG": str(catalog), **more})


def test_another_catalog_under_the_same_prefix_is_refused(redis_url: str, tmp_path: Path) -> None:
    check(settings(redis_url, tmp_path / "one.db"))
    check(settings(redis_url, tmp_path / "one.db"))
    with pytest.raises(Fatal, match=r"another cluster.*HEADRACE_PREFIX"):
        check(settings(redis_url, tmp_path / "two.db"))
    check(settings(redis_url, tmp_path / "two.db", HEADRACE_PREFIX="two"))


def test_another_prefix_on_a_catalog_in_use_is_refused(redis_url: str, tmp_path: Path) -> None:
    ours, other = (settings(redis_url, tmp_path / "c.db", HEADRACE_PREFIX=name) for name in ("ours", "other"))
    with joined(ours) as (db, queue):
        check(other)
        flushing = Flushing(SqlLedger(db), queue)
        flushing.step(0.0)
        check(ours)
        with pytest.raises(Fatal, match=r"flusher .* under the prefix 'ours'.*'other'.*HEADRACE_PREFIX=ours"):
            check(other)
        flushing.leave()
        check(other)


def test_every_process_refuses_with_one_line(redis_url: str, tmp_path: Path) -> None:
    with cluster(redis_url, f"sqlite:///{tmp_path / 'one.db'}", tmp_path) as one:
        check(one.settings)
        for process in ("worker", "flusher"):
            wrong = one.start(process, HEADRACE_CATALOG=str(tmp_path / "two.db"))
            assert wrong.wait(PATIENCE) == 2
            (line,) = one.log(wrong).splitlines()
            assert "HEADRACE_PREFIX" in line


def test_a_flusher_notices_who_came_after_redis_was_wiped(redis_alone: RedisServer, tmp_path: Path) -> None:
    made = settings(redis_alone.url, tmp_path / "one.db")
    check(made)
    db = open_database(made.catalog.get_secret_value())
    queue = sink(made)
    flushing = Flushing(SqlLedger(db), queue)
    with connect(redis_alone.url) as client:
        client.flushall()
        flushing.heal()  # nobody came: the prefix is ours again
        client.flushall()
        check(settings(redis_alone.url, tmp_path / "two.db"))
    with pytest.raises(Fatal, match="another cluster"):
        flushing.heal()
    queue.close()
    db.close()


def test_two_prefixes_share_one_redis(redis_url: str, tmp_path: Path) -> None:
    recipe = fake(schemas=3, tables=30, columns=2)
    calm = undisturbed(recipe, tmp_path)
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    with (
        cluster(redis_url, f"sqlite:///{folders[0]}/c.db", folders[0], HEADRACE_PREFIX="one") as one,
        cluster(redis_url, f"sqlite:///{folders[1]}/c.db", folders[1], HEADRACE_PREFIX="two") as two,
    ):
        for each in (one, two):
            each.flusher()
            each.worker(1)
        assert one.crawl(recipe).status == "complete"
        with two.ledger() as ledger:
            assert ledger.runs() == []
        assert two.crawl(recipe).status == "complete"
        assert one.export() == two.export() == calm
