"""What is documented can be seen: no metric is declared and then never told."""

from __future__ import annotations

import time
from pathlib import Path

import fakeredis

from tests.workers.metrics.parsing import do, opened, samples
from workers.metrics import FAMILIES, Counters, render
from workers.metrics.counters import NAMES
from workers.presence import Presence
from workers.queues.redis.queue import RedisQueue
from workers.store.database import open_database


def test_every_metric_is_told_by_some_cluster(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/m.db")
    now = time.time()
    run = opened(db)
    do(db, "UPDATE runs SET ended_at = :now WHERE id = :run", run=run, now=now)
    outcome = (
        "INSERT INTO outcomes (run, unit, kind, type, fqn, key, reason, message, attempts, node, scope) "
        "VALUES (:run, 'u', 'failed', 'Table', 'x', 'x', 'poison', '', 1, 'table', 's')"
    )
    do(db, outcome, run=run)
    do(db, "INSERT INTO shards (shard, holder, until) VALUES (0, 'x', :a)", a=now + 100)
    do(db, "INSERT INTO leaders (role, holder, until) VALUES ('scheduler', 'x', :a)", a=now + 100)
    follower = "INSERT INTO followers (sink, service, config, state, seq) VALUES (:sink, 's', '{}', 'following', 0)"
    do(db, follower, sink="x")
    letter = "INSERT INTO dead_letters (sink, seq, type, fqn, kind, reason, at) VALUES ('x', 1, 'T', 'x', '', '', 1)"
    do(db, letter)
    schedule = (
        "INSERT INTO schedules (name, recipe, cron, zone, overlap, catch_up, created_at, since) "
        "VALUES ('nightly', '{}', '0 3 * * *', 'UTC', 'skip', 'last', 0, 0)"
    )
    do(db, schedule)
    do(db, "INSERT INTO fires (schedule, fire_time, outcome, at) VALUES ('nightly', 1, 'started', 0)")
    counters = Counters()
    for name in NAMES:
        counters.add(name)
    Presence(db, "child", "small", 1000).beat(counters=counters.told())
    queue = RedisQueue(fakeredis.FakeRedis(), shards=1)
    told = {name for name, _ in samples(render(db, queue))}
    queue.close()
    db.close()
    assert told == set(FAMILIES)
