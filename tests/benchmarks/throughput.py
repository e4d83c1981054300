"""The sink queue: entities per second through emit, Redis and commit, against COPY of the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from specs.contracts.assignment import Opening
from tests.benchmarks import sinkqueue
from tests.benchmarks.commands import HEADRACE
from tests.benchmarks.meter import server_cpu, times
from tests.benchmarks.report import Goal, Report, table
from tests.servers import postgres
from tests.servers import redis as redis_servers
from workers.ledger import SqlLedger
from workers.store.database import open_database

SETTINGS = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on", "shared_buffers": "256MB",
    "max_wal_size": "4GB",
}  # fmt: skip
"""A server as one is used: durable."""
ROOT = Path(__file__).parents[2]
LIMIT = 600.0
FLUSHERS = 2
"""One for each core of this machine; they share the shards."""


def sink(units: int = 150) -> Report:
    """``units`` thousand tables of ten columns, sent twice: new, and unchanged."""
    report = Report("The sink queue: emit, Redis, commit into PostgreSQL")
    catalog = postgres.PostgresServer(postgres.installed()[0], SETTINGS)
    redis = redis_servers.started()
    try:
        url = postgres.create_database(catalog.url, "catalog")
        floors = [sinkqueue.copied(postgres.create_database(catalog.url, "floor"), units)]
        rounds = _rounds(redis, catalog, url, units)
        floors.append(sinkqueue.copied(postgres.create_database(catalog.url, "floor2"), units))
    finally:
        redis.stop()
        catalog.stop()
    count = units * sinkqueue.TABLES
    floor = count / min(seconds for seconds, _ in floors)
    new = rounds["new"]
    report.goals = [
        Goal("new tables per second through the sink queue", new["per second"], 20_000, "/s", at_least=True),
        Goal("the same, as a share of COPY into an unlogged table", new["per second"] / floor, 0.33, "", at_least=True),
    ]
    parts = ("emit", "Redis", "flusher", "PostgreSQL")
    report.notes = [
        f"{count:,} tables of {sinkqueue.COLUMNS} columns, {floors[0][1] / count:,.0f} bytes each; one process"
        f" that emits, {FLUSHERS} flushers. COPY of the same bytes into an unlogged table without an index:"
        f" {floor:,.0f} a second.",
        "",
        *table(
            ["tables", "per second", "share of COPY", *(f"{part} µs" for part in parts)],
            [
                [what, f"{each['per second']:,.0f}", f"{each['per second'] / floor:.2f}",
                 *(f"{each[part]:.1f}" for part in parts)]
                for what, each in rounds.items()
            ],
        ),
        "",
        "µs are CPU microseconds per table of each process; two cores have 2,000,000 of them a second.",
    ]  # fmt: skip
    return report


def _rounds(
    redis: redis_servers.RedisServer, catalog: postgres.PostgresServer, url: str, units: int
) -> dict[str, dict[str, float]]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HEADRACE_REDIS": redis.url, "HEADRACE_CATALOG": url}
    db = open_database(url)
    ledger = SqlLedger(db)
    quiet = {"env": environ, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    flushers = [subprocess.Popen([str(HEADRACE), "flusher"], **quiet) for _ in range(FLUSHERS)]
    found = {}
    try:
        while len(set(ledger.shard_holders(now=time.time()).values())) < FLUSHERS:  # all have started
            time.sleep(0.1)
        for what in ("new", "unchanged"):
            pids = {"Redis": [redis.process.pid], "flusher": [each.pid for each in flushers]}
            run = ledger.open_run(
                Opening("estate", "fake", {}, tuple(sinkqueue.starts(units)), slots=8, deletes=False, via="cluster"),
                now=time.time(),
            )
            found[what] = _round(environ, pids, catalog.process.pid, url, run.id, units)
            ledger.advance(run.id, now=time.time())
    finally:
        for each in flushers:
            each.terminate()
            each.wait()
        db.close()
    return found


def _round(
    environ: dict[str, str], pids: dict[str, list[int]], server: int, url: str, run: str, units: int
) -> dict[str, float]:
    producer = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sinkqueue", environ["HEADRACE_REDIS"], url, str(units)],
        cwd=ROOT, env=environ, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert producer.stdout is not None
    with producer, psycopg.connect(url, autocommit=True) as watch:
        producer.stdout.readline()  # it has built its tables and begins
        pids = {"emit": [producer.pid], **pids}

        def spent() -> dict[str, float]:
            spent = {what: sum(sum(times(pid)[:2]) for pid in each) for what, each in pids.items()}
            return spent | {"PostgreSQL": server_cpu(server)}

        begun, before = time.perf_counter(), spent()
        after = before
        while True:
            row = watch.execute("SELECT sum(finished) FROM tallies WHERE run = %s", (run,)).fetchone()
            now = spent()
            after = {what: max(after[what], now[what]) for what in now}
            if row and row[0] is not None and row[0] >= units:
                break
            if time.perf_counter() - begun > LIMIT:
                raise AssertionError("the flusher does not come to an end")
            time.sleep(0.1)
        seconds = time.perf_counter() - begun
    count = units * sinkqueue.TABLES
    return {"per second": count / seconds} | {what: (after[what] - before[what]) * 1e6 / count for what in after}
