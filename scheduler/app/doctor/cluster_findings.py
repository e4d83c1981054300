"""Findings about a cluster: Redis and its settings, the shared catalog, clocks, and which processes run."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from scheduler.app.deadline import ANSWER_SECONDS, REDIS_REACH_SECONDS, SKEW_SECONDS, items
from scheduler.app.doctor.finding import Finding
from scheduler.control.crew import NEEDED
from specs.errors import HeadraceError
from workers.cluster.membership import ONE_MACHINE, POSTGRESQL, joined
from workers.cluster.settings import Settings
from workers.ledger import SqlLedger
from workers.presence import live
from workers.process import liveness
from workers.queues.redis.errors import asked
from workers.queues.redis.link import Client, connect, reach, where
from workers.queues.redis.queue import RedisQueue
from workers.store.database import SqlDatabase


def examine(settings: Settings, *, several: bool, clock: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Every finding, in order; nothing is changed. ``several``: more than one machine is to take part."""
    yield from begin(settings, several=several, clock=clock)()


def begin(
    settings: Settings, *, several: bool, clock: Callable[[], float] = time.time
) -> Callable[[], Iterator[Finding]]:
    """Start to examine Redis and the catalog at the same time, so that one that hangs does not delay the other. Returns
    a function that yields the findings; one of them names what has not answered after a few seconds."""
    place = where(settings.redis.get_secret_value())
    parts = [
        items(_reached(settings, clock), lambda: _silent("redis", place)),
        items(_catalog(settings, several, clock), lambda: _silent("cluster catalog", "the catalog")),
        items(_owned(settings), lambda: Finding("prefix", "note", "could not be asked for")),
    ]
    return lambda: (finding for part in parts for finding in part())


def _silent(name: str, place: str) -> Finding:
    return Finding(name, "bad", f"{place} did not answer within {ANSWER_SECONDS:g} s", "see what holds it up there")


def _reached(settings: Settings, clock: Callable[[], float]) -> Iterator[Finding]:
    url = settings.redis.get_secret_value()
    with connect(url) as client:
        try:
            reach(client, where(url), patience=REDIS_REACH_SECONDS)
        except HeadraceError as error:
            yield Finding("redis", "bad", f"{error.what} ({where(url)})", error.remedy)
        else:
            yield from _redis(client, settings, clock)


def _catalog(settings: Settings, several: bool, clock: Callable[[], float]) -> Iterator[Finding]:
    try:
        with joined(settings) as (db, _):
            yield from _shared(db, several, clock)
    except HeadraceError as error:
        yield Finding("cluster catalog", "bad", f"{error.what} ({error.where})", error.remedy)


def _owned(settings: Settings) -> Iterator[Finding]:
    try:
        with connect(settings.redis.get_secret_value()) as client, joined(settings) as (db, queue):
            yield from _prefix(client, queue, db, settings)
    except HeadraceError:
        return  # told above


def _redis(client: Client, settings: Settings, clock: Callable[[], float]) -> Iterator[Finding]:
    place = where(settings.redis.get_secret_value())
    try:
        info: dict[str, Any] = asked(client.info, place)
        seconds, micros = asked(client.time, place)
    except HeadraceError as error:
        yield Finding("redis", "bad", f"{error.what} ({place})", f"{error.remedy}; docs/redis.md has the users")
        return
    yield Finding("redis", "ok", f"{info.get('server_name', 'redis')} {info['redis_version']} at {place}")
    yield _policy(str(info.get("maxmemory_policy", "unknown")))
    yield _room(int(info.get("maxmemory", 0)), settings)
    yield _persistence(info)
    yield _writes(client, settings, place)
    yield _skew("redis clock", seconds + micros / 1e6 - clock())


def _policy(policy: str) -> Finding:
    if policy == "noeviction":
        return Finding("redis eviction", "ok", policy)
    remedy = "set maxmemory-policy noeviction"
    return Finding("redis eviction", "bad", f"{policy}: a full Redis throws keys of ours away", remedy)


def _room(most: int, settings: Settings) -> Finding:
    wanted = 2 * settings.shards * settings.queue_bytes
    queue = f"the queue may hold {settings.shards} x {settings.queue_bytes / 1e6:,.0f} MB"
    if most == 0:
        return Finding(
            "redis memory", "note", f"no maxmemory; {queue}", f"set maxmemory {wanted // 1_000_000}mb or more"
        )
    if most < wanted:
        remedy = f"set maxmemory {wanted // 1_000_000}mb, or lower HEADRACE_QUEUE_BYTES"
        return Finding("redis memory", "note", f"maxmemory {most / 1e6:,.0f} MB; {queue}", remedy)
    return Finding("redis memory", "ok", f"maxmemory {most / 1e6:,.0f} MB; {queue}")


def _persistence(info: dict[str, Any]) -> Finding:
    if info.get("aof_enabled") and info.get("aof_last_write_status", "ok") != "ok":
        return Finding("redis persistence", "bad", "the last write of its log failed", "look at Redis' disk and log")
    if info.get("aof_enabled"):
        return Finding("redis persistence", "ok", "appendonly")
    what = "no appendonly: after a restart whatever was in the queue is read from the sources again"
    return Finding("redis persistence", "note", what, "set appendonly yes")


def _writes(client: Client, settings: Settings, place: str) -> Finding:
    """Whether Redis takes writes, tested with one that changes nothing."""
    try:
        asked(lambda: client.set(f"{settings.prefix}:sink:writable", "", xx=True), place)
    except HeadraceError as error:
        return Finding("redis writes", "bad", f"{error.what}: workers and flushers wait", error.remedy)
    return Finding("redis writes", "ok", "changes are taken")


def _skew(name: str, seconds: float) -> Finding:
    text = f"{seconds:+.1f} s from this machine's"
    if abs(seconds) <= SKEW_SECONDS:
        return Finding(name, "ok", text)
    level = "bad" if abs(seconds) > 30 * SKEW_SECONDS else "note"
    return Finding(name, level, text, "let all machines take the time from NTP")  # type: ignore[arg-type]


def _shared(db: SqlDatabase, several: bool, clock: Callable[[], float]) -> Iterator[Finding]:
    processes = live(db)
    machines = {liveness.machine(each.name) for each in processes}
    if db.dialect != "sqlite":
        yield Finding("cluster catalog", "ok", f"{db.dialect}: {db.where}")
        with db.read() as conn:
            now = float(conn.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())
        yield _skew("catalog clock", now - clock())
    elif several or len(machines | {liveness.machine(liveness.name())}) > 1:
        yield Finding("cluster catalog", "bad", f"SQLite, for several machines: {ONE_MACHINE} ({db.where})", POSTGRESQL)
    else:
        yield Finding("cluster catalog", "ok", f"SQLite: for this machine alone ({db.where})")
    kinds = Counter(each.kind for each in processes)
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"
    missing = [kind for kind in NEEDED if not kinds[kind]]
    if missing:
        remedy = "start " + " and ".join(f"headrace {kind}" for kind in missing)
        yield Finding("processes", "note", f"{found}; no {', no '.join(missing)}", remedy)
    else:
        yield Finding("processes", "ok", f"{found} on {len(machines)} hosts")


def _prefix(client: Client, queue: RedisQueue, db: SqlDatabase, settings: Settings) -> Iterator[Finding]:
    """Which cluster owns the prefix. It only reads: a prefix without an owner gets none."""
    place = where(settings.redis.get_secret_value())
    keys = [f"{settings.prefix}:sink:cluster", f"{settings.prefix}:sink:shards"]
    try:
        owner, shards = (asked(lambda key=key: client.get(key), place) for key in keys)  # type: ignore[misc]
    except HeadraceError:
        return  # told above
    remedy = "give this cluster a HEADRACE_PREFIX of its own"
    if owner is not None and owner.decode() != SqlLedger(db).cluster():
        what = f"{settings.prefix} belongs to a cluster with another catalog"
        yield Finding("prefix", "bad", what, f"{remedy}; if that catalog is gone for good: DEL {keys[0]}")
    elif shards is not None and int(shards) != queue.shards:
        what = f"the queue under {settings.prefix} has {int(shards)} shards, this process {queue.shards}"
        yield Finding("prefix", "bad", what, f"set HEADRACE_SHARDS={int(shards)} everywhere, or {remedy}")
    else:
        yield Finding("prefix", "ok", f"{settings.prefix}, {'ours' if owner is not None else 'free'}")
