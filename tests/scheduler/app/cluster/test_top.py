"""The live view of a cluster: what is told, what is trouble, and how it is drawn."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fakeredis
import pytest

from scheduler.app.cluster.top import look
from scheduler.cli.display.cluster_view import told
from scheduler.cli.live_text import watch
from specs.contracts.assignment import Opening
from specs.errors import Retry
from specs.testing.queue import batch
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from workers.ledger import SqlLedger
from workers.presence import Presence
from workers.process import liveness
from workers.process.stop_flag import StopFlag
from workers.queues.redis.queue import RedisQueue
from workers.schedules import Schedule, Schedules
from workers.store.database import SqlDatabase, open_database
from workers.store.named_sql import driver

ROOT = Path(__file__).parents[3]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqlDatabase]:
    made = open_database(f"sqlite:///{tmp_path}/top.db")
    yield made
    made.close()


@pytest.fixture
def queue() -> Iterator[RedisQueue]:
    made = RedisQueue(fakeredis.FakeRedis(), shards=2)
    yield made
    made.close()


def do(db: SqlDatabase, sql: str, **values: Any) -> None:
    with db.write() as conn:
        conn.exec_driver_sql(driver(sql, db.dialect), values)


def opened(db: SqlDatabase, service: str = "shop") -> str:
    root = Start("service", Scope.of(service), [service, service, {}, None])
    return (
        SqlLedger(db).open_run(Opening(service, "fake", {}, (root,), slots=3, via="cluster"), now=time.time() - 100).id
    )


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


def test_nothing_goes_on(db: SqlDatabase, queue: RedisQueue) -> None:
    view = look(db, queue)
    assert (view.runs, view.processes, view.trouble) == ([], [], [])
    assert "No run is open." in told(view)
    json.dumps(view.as_json())


def test_an_open_run_with_everything_in_order(db: SqlDatabase, queue: RedisQueue) -> None:
    run = opened(db)
    ledger, now = SqlLedger(db), time.time()
    assert ledger.claim("w", now=now)
    queue.put(batch(1), timeout=1)
    Presence(db, "child", "small", 1 << 30, name="host:7:1", measure=lambda: 200_000_000).beat()
    Presence(db, "flusher", name="host:8:1").beat()
    do(db, "INSERT INTO shards (shard, holder, until) VALUES (0, 'host:8:1', :t), (1, 'host:8:1', :t)", t=now + 60)
    do(db, "INSERT INTO leaders (role, holder, until) VALUES ('scheduler', 'host:9:1', :t)", t=now + 60)
    view = look(db, queue)
    assert view.trouble == []
    assert view.leader == "host:9"
    (shown,) = view.runs
    assert (shown.run, shown.known, shown.done, shown.units) == (run, 1, 0, {"running": 1})
    page = told(view)
    assert f"{run}  [{'.' * 24}] 0/1 units" in page
    assert "units: 1 running" in page
    assert "200.0 MB" in page
    assert "1.1 GB" in page
    assert "host:7" in page
    assert sum(shard.entries for shard in view.queue) == 1


def test_who_is_dead_or_silent_does_not_stand_there_as_if_it_worked(db: SqlDatabase, queue: RedisQueue) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    Presence(db, "child", name=liveness.name(process.pid)).beat()
    process.kill()
    process.communicate()
    Presence(db, "flusher", name="host:8:1", clock=lambda: time.time() - 20).beat()
    Presence(db, "worker", name="host:9:1").beat(silent={"77": 12})
    view = look(db, queue)
    assert [each.kind for each in view.processes] == ["flusher", "worker"]
    assert view.trouble == [
        "flusher host:8 has told nothing for 20 s: it is stopped, cut off or gone",
        "pool process 77 of worker host:9 does not turn, for 12 s before its last word",
    ]


def test_trouble_is_named_with_what_to_do(db: SqlDatabase) -> None:
    run, now = opened(db), time.time()
    do(db, "UPDATE tallies SET expired = 2, fenced = 3, crashes = 4 WHERE run = :run", run=run)
    do(db, "UPDATE services SET failing = 5, open_until = :t", t=now + 90)
    outcome = (
        "INSERT INTO outcomes (run, unit, kind, type, fqn, key, reason, message, attempts, node, scope) "
        "VALUES (:run, 'u', 'failed', 'Table', 'x', 'x', 'poison', '', 1, 'table', 's')"
    )
    do(db, outcome, run=run)
    do(db, "INSERT INTO followers (sink, service, config, state, seq) VALUES ('hook', 's', '{}', 'broken', 0)")
    letter = "INSERT INTO dead_letters (sink, seq, type, fqn, kind, reason, at) VALUES (:sink, 1, 'T', 'x', '', '', 1)"
    do(db, letter, sink="hook")
    do(db, letter, sink="old")
    view = look(db, Out())
    page = told(view)
    assert "2 leases expired, 3 writes fenced, 4 crashes, 1 objects quarantined" in page
    assert "none claimed for" in page
    for words in (
        "! the sink queue: Redis cannot be reached (redis://host); start it", "! runs are open, but no worker is alive",
        "! no scheduler is alive", "! shop keeps failing and is left alone for", "! sink hook is broken",
    ):  # fmt: skip
        assert words in page
    assert [(each.sink, each.state, each.dead_letters) for each in view.sinks] == [
        ("hook", "broken", 1),
        ("old", "gone", 1),
    ]


def test_a_crawl_in_one_process_needs_no_cluster(db: SqlDatabase, queue: RedisQueue) -> None:
    root = Start("service", Scope.of("shop"), ["shop", "shop", {}, None])
    SqlLedger(db).open_run(Opening("shop", "fake", {}, (root,), slots=3, via="embedded"), now=time.time())
    view = look(db, queue)
    assert [run.via for run in view.runs] == ["embedded"]
    assert view.trouble == []


def test_a_queue_that_nobody_empties(db: SqlDatabase, queue: RedisQueue) -> None:
    queue.put(batch(1), timeout=1)
    assert any("no flusher is alive" in each for each in look(db, queue).trouble)


def test_schedules_tell_when_they_fire_next(db: SqlDatabase, queue: RedisQueue) -> None:
    now = time.time()
    for name, paused in (("nightly", False), ("weekly", True)):
        Schedules(db).add(Schedule(name, "{}", "0 3 * * *", "UTC", 0.0, "skip", "last", None, paused, now, now))
    Schedules(db).pause("weekly", paused=True, now=now)
    view = look(db, queue)
    nightly, weekly = view.schedules
    assert nightly.next is not None
    assert 0 < nightly.next - now <= 86400
    assert weekly.paused
    assert weekly.next is None
    page = told(view)
    assert "nightly" in page
    assert "paused" in page


def test_names_cannot_drive_the_terminal(db: SqlDatabase, queue: RedisQueue) -> None:
    opened(db, "sh\x1b[2Jop")
    assert "\x1b" not in told(look(db, queue))


def test_watching_ends_and_survives_an_outage() -> None:
    stop, stream, calls = StopFlag(), io.StringIO(), []

    def draw() -> str:
        calls.append(1)
        if len(calls) == 2:
            raise Retry("the database is out", "db")
        if len(calls) == 3:
            stop.set()
        return f"picture {len(calls)}\n"

    watch(draw, 0.01, stream, stop=stop)
    assert stream.getvalue().endswith("picture 3\n")


def test_the_command_shows_a_cluster_once_where_there_is_no_terminal(tmp_path: Path, redis_url: str) -> None:
    url = f"sqlite:///{tmp_path}/top.db"
    command = [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "top", "--redis", redis_url]

    def top(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)

    missing = top("--catalog", url)
    assert missing.returncode == 1
    assert missing.stderr.startswith("error: there is no catalog here yet")
    open_database(url).close()
    assert "No run is open." in top("--catalog", url).stdout
    assert json.loads(top("--catalog", url, "--json").stdout)["runs"] == []


def test_on_a_terminal_it_redraws_until_ctrl_c(tmp_path: Path, redis_url: str) -> None:
    url = f"sqlite:///{tmp_path}/top.db"
    open_database(url).close()
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "top", "--every", "0.2"]
    process = subprocess.Popen(
        [*command, "--redis", redis_url, "--catalog", url], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=theirs,
        stderr=subprocess.PIPE, env={**os.environ, "TERM": "xterm", "COLUMNS": "150", "LINES": "40"},
    )  # fmt: skip
    os.close(theirs)
    shown, end = b"", time.monotonic() + PATIENCE
    while shown.count(b"No run is open.") < 3 and time.monotonic() < end:
        shown += os.read(ours, 65536)
    process.send_signal(signal.SIGINT)
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # how a terminal says that nobody writes any more
        pass
    os.close(ours)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, b"")
    assert b"\x1b[?1049h" in shown, "a screen of its own"
    assert b"\x1b[?1049l" in shown, "which is left at the end"
    assert shown.rpartition(b"\x1b[?1049l")[2].count(b"No run is open.") == 1, "the last picture stays"
