"""Metrics of a cluster agree with its ledger, cost the same at any size, and tell no secret."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import fakeredis
import pytest

from scheduler.app.runs.crawl import crawl
from specs.contracts.work import Batch
from specs.errors import Retry
from specs.recipe.recipe import Recipe
from specs.testing.queue import batch
from tests.workers.metrics.parsing import Told, do, opened, samples
from workers.ledger import SqlLedger
from workers.metrics import Counters, local, render
from workers.metrics.statements import ROWS_OF_EACH_KIND
from workers.presence import Presence
from workers.queues.redis.queue import RedisQueue
from workers.store import named_sql
from workers.store.database import SqlDatabase, open_database
from workers.store.sqlite.pool import SqliteSession

WIDE = ("u", "units", "o", "outcomes", "e", "events", "runs", "r")
SMALL = ("runs_open", "runs_order", "runs_started", "runs_states", "runs_unpublished", "outcomes_poison")
"""Indexes that hold little however large a run is."""
FAKE = "specs.testing.fake:spec"


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlDatabase]:
    lite = request.param == "sqlite"
    made = open_database(f"sqlite:///{tmp_path}/m.db" if lite else request.getfixturevalue("postgres_database"))
    yield made
    made.close()


def test_an_empty_ledger_has_metrics(db: SqlDatabase) -> None:
    told = Told(render(db))
    assert told("headrace_scrape_seconds") is not None


def test_a_finished_crawl(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/c.db"
    recipe = Recipe.from_dict({
        "service": {"name": "estate", "type": FAKE}, "connection": {"schemas": 2, "tables": 20, "broken": 0.2}
    })  # fmt: skip
    summary = crawl(recipe, catalog=url)
    db = open_database(url)
    told = Told(render(db))
    db.close()
    assert told("headrace_runs", service="estate", state="partial") == 1
    emitted = sum(tally.emitted for tally in summary.entities.values())
    failed = sum(tally.failed for tally in summary.entities.values())
    assert failed > 0
    assert told("headrace_entities_committed_total", service="estate") == emitted
    assert told("headrace_failures_total", service="estate") == failed
    assert told("headrace_statements_total", service="estate") == summary.statements
    ended = told("headrace_last_run_end_timestamp_seconds", service="estate", state="partial")
    assert ended is not None
    assert abs(ended - time.time()) < 600
    assert told("headrace_units", service="estate", state="ready") is None, "no run is open"


def test_an_open_run_by_states_and_who_waits(db: SqlDatabase) -> None:
    run = opened(db)
    ledger = SqlLedger(db)
    told = Told(render(db))
    assert told("headrace_runs", service="shop", state="running") == 1
    assert told("headrace_units", service="shop", state="ready") == 1
    assert told("headrace_slots", service="shop", state="free") == 3
    claim = ledger.claim("worker", run=run, now=time.time())
    assert claim
    told = Told(render(db))
    assert told("headrace_units", service="shop", state="ready") == 0
    assert told("headrace_units", service="shop", state="running") == 1
    assert told("headrace_slots", service="shop", state="taken") == 1
    assert told("headrace_ready_wait_seconds", service="shop") == 0


def test_ready_units_that_nobody_takes(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/m.db")
    run = opened(db, now=1000.0)
    assert Told(render(db, now=1070.0))("headrace_ready_wait_seconds", service="shop") == 70
    do(db, "UPDATE runs SET paused = 1 WHERE id = :run", run=run)
    told = Told(render(db, now=1070.0))
    assert told("headrace_ready_wait_seconds", service="shop") == 0, "a paused run waits on purpose"
    assert told("headrace_open_run_paused", service="shop") == 1
    assert told("headrace_open_run_seconds", service="shop") == 70
    db.close()


def test_trouble(db: SqlDatabase) -> None:
    run, now = opened(db), time.time()
    do(db, "UPDATE tallies SET expired = 3, fenced = 4, crashes = 5")
    do(db, "UPDATE services SET failing = 6, open_until = :until", until=now + 1000)
    outcome = (
        "INSERT INTO outcomes (run, unit, kind, type, fqn, key, reason, message, attempts, node, scope) "
        "VALUES (:run, 'u', 'failed', 'Table', 'x', 'x', :reason, '', 1, 'table', 's')"
    )
    do(db, outcome, run=run, reason="poison")
    do(db, outcome, run=run, reason="denied")
    do(db, "INSERT INTO shards (shard, holder, until) VALUES (0, 'x', :a), (1, 'y', :b)", a=now + 100, b=now - 100)
    do(db, "INSERT INTO leaders (role, holder, until) VALUES ('scheduler', 'x', :a)", a=now + 100)
    told = Told(render(db))
    assert told("headrace_leases_expired_total", service="shop") == 3
    assert told("headrace_fenced_writes_total", service="shop") == 4
    assert told("headrace_crashes_total", service="shop") == 5
    assert told("headrace_quarantined_objects", service="shop") == 1
    assert told("headrace_breaker_open", service="shop") == 1
    assert told("headrace_service_failing", service="shop") == 6
    assert [told("headrace_shard_held", shard=shard) for shard in "01"] == [1, 0]
    assert told("headrace_leader_held", role="scheduler") == 1


def test_the_ledger_counts_what_goes_wrong(db: SqlDatabase) -> None:
    run, ledger, now = opened(db), SqlLedger(db), time.time()
    first = ledger.claim("silent", run=run, lease=-1.0, now=now)
    assert first
    assert [ledger.expire(now=now, grace=0.0) for _ in range(2)] == [0, 1]
    second = ledger.claim("killed", run=run, now=now)
    assert second
    assert ledger.abandon("killed", now=now, reason="it was killed") == 1
    late = Batch(run, first.unit.id, first.fence, 1, ())
    assert ledger.commit([late], now=now) == ["fenced"]
    told = Told(render(db))
    assert told("headrace_leases_expired_total", service="shop") == 1
    assert told("headrace_fenced_writes_total", service="shop") == 1
    assert (told("headrace_crashes_total", service="shop") or 0) >= 1


def test_sinks_and_schedules(db: SqlDatabase) -> None:
    now = time.time()
    for seq in (1, 2, 3):
        event = "INSERT INTO events (seq, type, fqn, kind, run, at) VALUES (:seq, 'Table', 'x', 'created', 'r', :at)"
        do(db, event, seq=seq, at=now - 100 * (4 - seq))
    do(db, "UPDATE feed SET next = 4")
    follower = "INSERT INTO followers (sink, service, config, state, seq) VALUES (:sink, 's', '{}', 'following', :seq)"
    do(db, follower, sink="hook", seq=1)
    do(db, follower, sink="even", seq=3)
    letter = "INSERT INTO dead_letters (sink, seq, type, fqn, kind, reason, at) VALUES ('hook', 1, 'T', 'x', '', '', 1)"
    do(db, letter)
    schedule = (
        "INSERT INTO schedules (name, recipe, cron, zone, overlap, catch_up, created_at, since) "
        "VALUES ('nightly', '{}', '0 3 * * *', 'UTC', 'skip', 'last', 0, 0)"
    )
    do(db, schedule)
    fire = "INSERT INTO fires (schedule, fire_time, outcome, at) VALUES ('nightly', :time, :outcome, 0)"
    do(db, fire, time=100.0, outcome="started")
    do(db, fire, time=200.0, outcome="skipped")
    told = Told(render(db))
    assert told("headrace_sink_lag_events", sink="hook") == 2
    lag = told("headrace_sink_lag_seconds", sink="hook")
    assert lag is not None
    assert 190 < lag < 900
    assert (told("headrace_sink_lag_events", sink="even"), told("headrace_sink_lag_seconds", sink="even")) == (0, 0)
    assert told("headrace_dead_letters", sink="hook") == 1
    assert told("headrace_sink_state", sink="hook", state="following") == 1
    assert told("headrace_schedule_last_fire_timestamp_seconds", schedule="nightly", outcome="skipped") == 200
    assert told("headrace_schedule_last_fire_timestamp_seconds", schedule="nightly", outcome="started") is None
    assert told("headrace_schedule_paused", schedule="nightly") == 0


def test_processes_and_what_they_count(db: SqlDatabase) -> None:
    counters = Counters()
    counters.add("claims", 12)
    Presence(db, "child", "small", 1000).beat(counters=counters.told())
    Presence(db, "flusher", name="elsewhere:1:2").beat()
    told = Told(render(db))
    assert told("headrace_processes", kind="child", queue="small") == 1
    assert told("headrace_processes", kind="flusher", queue="") == 1
    mine = [dict(labels) for name, labels in told.found if name == "headrace_process_claims_total"]
    assert [each["kind"] for each in mine] == ["child"]
    assert told("headrace_process_claims_total", **mine[0]) == 12
    assert told("headrace_process_budget_bytes", **mine[0]) == 1000
    assert {dict(labels)["kind"] for name, labels in samples(local(db)) if "resident" in name} == {"child"}


def test_the_sink_queue(db: SqlDatabase) -> None:
    client = fakeredis.FakeRedis()
    queue = RedisQueue(client, shards=2)
    queue.put(batch(1), timeout=1)
    told = Told(render(db, queue))
    assert told("headrace_queue_up") == 1
    assert [told("headrace_queue_entries", shard=shard) for shard in "01"] in ([1, 0], [0, 1])
    sizes = [told("headrace_queue_bytes", shard=shard) or 0 for shard in "01"]
    assert sum(sizes) == sum(size for _, size in queue.sizes()) > 0
    ages = [told("headrace_queue_oldest_seconds", shard=shard) or 0 for shard in "01"]
    assert 0 <= max(ages) < 60
    assert min(ages) == 0
    queue.close()


class Out:
    limit = 1

    def sizes(self) -> list[tuple[int, int]]:
        raise Retry("Redis cannot be reached", "redis://host", "start it")

    def ages(self) -> list[float]:
        return []

    def dead(self) -> int:
        return 0

    def writable(self) -> None:
        return None


def test_redis_out_of_reach_is_a_metric_and_no_failure(db: SqlDatabase) -> None:
    assert Told(render(db, Out()))("headrace_queue_up") == 0


def test_no_query_reads_all_units_or_outcomes(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/m.db")
    queries = named_sql.load("workers.metrics", "sqlite")
    for name in queries:
        with db.read() as conn:
            values = {"now": 1.0, "most": ROWS_OF_EACH_KIND, "run": "r"}
            rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {queries[name]}", values).all()
        steps = [str(row[3]) for row in rows]
        for step in steps:
            if step.startswith("SCAN ") and step.split()[1] in WIDE:
                assert any(f"INDEX {index}" in step for index in SMALL), (name, steps)
    db.close()


def test_a_large_run_costs_no_more(tmp_path: Path) -> None:
    """Counted in steps of the database's machine, not in time: 200,000 ready units cost what 20 cost."""
    db = open_database(f"sqlite:///{tmp_path}/m.db")
    run = opened(db)

    def steps() -> int:
        count = [0]

        def tick() -> int:
            count[0] += 1
            return 0

        with db.engine.connect() as conn:
            assert isinstance(conn, SqliteSession)
            conn.raw.set_progress_handler(tick, 100)
        render(db)
        with db.engine.connect() as conn:
            assert isinstance(conn, SqliteSession)
            conn.raw.set_progress_handler(None, 0)
        return count[0]

    few = steps()
    do(
        db,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO units "
        "(id, run, service, node, scope, span, phase, depth, state) "
        "SELECT 'u' || i, :run, 'shop', 'schema', '[]', '[]', 'walk', 1, 'ready' FROM n",
        run=run,
    )
    assert steps() <= few + 5
    db.close()
