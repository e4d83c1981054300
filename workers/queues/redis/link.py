"""The connection to Redis: opened with deadlines, and checked when a process starts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import redis
from redis import exceptions
from redis.backoff import FullJitterBackoff
from redis.retry import Retry as Again

from specs.errors import Fatal, Retry
from workers.queues.redis.errors import Busy, asked
from workers.queues.redis.url import canonical
from workers.store.retries import jitter

TIMEOUT = 5.0
"""Seconds for connecting, and for one answer."""
PATIENCE = 10.0
"""Seconds that a process which starts waits for Redis."""
BUSY = 300.0
"""Seconds that it waits for a Redis which answers, but cannot do anything now: a script runs, or it reads its data."""
AGAIN = 30.0
"""Seconds after which it is told again what is waited for."""
OLDEST = (6, 2)
log = logging.getLogger("headrace.redis")
T = TypeVar("T")
Client = Any
"""``redis.Redis``, or a fake of it."""


class LinkStopped(Exception):
    """The process was asked to stop while it waited."""


def connect(url: str) -> Client:
    """A client of the Redis at ``url`` (``redis://``, ``rediss://``, ``unix://``); nothing is sent yet.

    Raises ``UsageError`` when this is no such URL, or says what not every client understands.
    """
    url = canonical(url)
    alive = {} if url.startswith("unix:") else {"socket_keepalive": True}
    return redis.Redis.from_url(
        url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, **alive,
        health_check_interval=10, max_connections=8, client_name="headrace",
        retry=Again(FullJitterBackoff(cap=0.5, base=0.05), 2, supported_errors=(exceptions.ConnectionError,)),
    )  # fmt: skip


def where(url: str) -> str:
    """The URL without user and password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "redis"
    return f"{parts.scheme}://{host}{port}{parts.path}"


def reach(client: Client, place: str, *, patience: float = PATIENCE, busy: float = 0.0, **clocks: Any) -> None:
    """Make sure that Redis answers and can be used. Raises ``Fatal`` when it does not in time (see ``waited``), and at
    once when it is of no use."""
    info = waited(lambda: asked(lambda: _info(client), place), patience=patience, busy=busy, **clocks)
    version = str(info.get("redis_version", ""))
    if version and tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise Fatal(f"Redis {version} is too old", place, "use Redis 6.2 or newer, or Valkey", reason="queue")
    if str(info.get("maxmemory_policy", "")).startswith("allkeys-"):
        what = f"Redis throws keys away when it is full (maxmemory-policy {info['maxmemory_policy']})"
        raise Fatal(what, place, "set maxmemory-policy noeviction", reason="queue")


def waited(
    call: Callable[[], T], *, patience: float = PATIENCE, busy: float = 0.0,
    stopped: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic,
) -> T:  # fmt: skip
    """What ``call`` answers once Redis can. Raises ``Fatal`` when Redis refuses us, was out of reach for ``patience``
    seconds, or answered for ``busy`` seconds, if that is longer, that it cannot now; ``LinkStopped`` when
    ``stopped``."""
    begun = heard = clock()
    attempt, told = 0, float("-inf")
    while True:
        try:
            return call()
        except Retry as error:
            now = clock()
            waits = isinstance(error, Busy)
            heard = now if waits else heard
            attempt += 1
            if now >= (begun + max(patience, busy) if waits else heard + patience):
                raise Fatal(error.what, error.where, error.remedy, reason="queue") from None
            if waits and now - told >= AGAIN:
                told = now
                log.warning("waiting for Redis, for %.0f s at most: %s", max(patience, busy), error)
            if stopped():
                raise LinkStopped from None
            sleep(jitter(attempt, base=0.05, cap=1.0))


def _info(client: Client) -> dict[str, Any]:
    """What the server says about itself; nothing where only that is forbidden. Not PING before all else: a Redis that
    cannot write refuses that, too, and answers all that a process needs to begin."""
    try:
        found: dict[str, Any] = {**client.info("server"), **client.info("memory")}
    except exceptions.NoPermissionError:
        client.ping()
        return {}
    return found
