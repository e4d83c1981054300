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
from workers.queues.times import ANSWER_SECONDS, REACH_SECONDS, WAITING_LINE_SECONDS
from workers.store.retries import jitter

OLDEST = (6, 2)
"""The oldest version of Redis that has all commands that the queue uses."""
log = logging.getLogger("headrace.redis")
T = TypeVar("T")
Client = Any
"""``redis.Redis``, or a fake of it."""


class LinkStopped(Exception):
    """The process was asked to stop while it waited for Redis."""


def connect(url: str) -> Client:
    """A client of the Redis at ``url`` (``redis://``, ``rediss://``, ``unix://``); it connects with its first command.

    Raises ``UsageError`` when this is no such URL, or has a parameter that redis-py and Celery do not read alike.
    """
    url = canonical(url)
    alive = {} if url.startswith("unix:") else {"socket_keepalive": True}
    return redis.Redis.from_url(
        url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, **alive,
        health_check_interval=10, max_connections=8, client_name="headrace",
        retry=Again(FullJitterBackoff(cap=0.5, base=0.05), 2, supported_errors=(exceptions.ConnectionError,)),
    )  # fmt: skip


def where(url: str) -> str:
    """The URL without user, password and parameters, for messages; ``redis`` when it cannot be parsed."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "redis"
    return f"{parts.scheme}://{host}{port}{parts.path}"


def reach(client: Client, place: str, *, patience: float = REACH_SECONDS, busy: float = 0.0, **clocks: Any) -> None:
    """Wait until Redis answers, and check that it can be used.

    Raises ``Fatal`` when it does not answer in time (see ``waited``), is older than 6.2, or is set to evict keys.
    """
    info = waited(lambda: asked(lambda: _info(client), place), patience=patience, busy=busy, **clocks)
    version = str(info.get("redis_version", ""))
    if version and tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise Fatal(f"Redis {version} is too old", place, "use Redis 6.2 or newer, or Valkey", reason="queue")
    if str(info.get("maxmemory_policy", "")).startswith("allkeys-"):
        what = f"Redis throws keys away when it is full (maxmemory-policy {info['maxmemory_policy']})"
        raise Fatal(what, place, "set maxmemory-policy noeviction", reason="queue")


def waited(
    call: Callable[[], T], *, patience: float = REACH_SECONDS, busy: float = 0.0,
    stopped: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic,
) -> T:  # fmt: skip
    """What ``call`` returns, tried again while it raises ``Retry``.

    Raises ``Fatal`` when Redis refuses us, could not be reached for ``patience`` seconds, or answered ``Busy`` for the
    longer of ``patience`` and ``busy`` seconds; and ``LinkStopped`` when ``stopped()`` is true after a failed try.
    """
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
            if waits and now - told >= WAITING_LINE_SECONDS:
                told = now
                log.warning("waiting for Redis, for %.0f s at most: %s", max(patience, busy), error)
            if stopped():
                raise LinkStopped from None
            sleep(jitter(attempt, base=0.05, cap=1.0))


def _info(client: Client) -> dict[str, Any]:
    """The ``server`` and ``memory`` sections of INFO; empty when the user may not call INFO but may call PING. PING is
    not tried first, because a Redis that cannot write to its disk refuses PING and still answers INFO."""
    try:
        found: dict[str, Any] = {**client.info("server"), **client.info("memory")}
    except exceptions.NoPermissionError:
        client.ping()
        return {}
    return found
