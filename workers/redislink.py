"""The connection to Redis: opened with deadlines, checked when a process starts, errors in our own words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import redis
from redis import exceptions
from redis.backoff import FullJitterBackoff
from redis.retry import Retry as Again

from specs.errors import Fatal, HeadraceError, Retry
from workers.redisurl import SETTING, canonical
from workers.retries import jitter

TIMEOUT = 5.0
"""Seconds for connecting, and for one answer."""
PATIENCE = 10.0
"""Seconds that a process which starts waits for Redis."""
OLDEST = (6, 2)
_LOST = (exceptions.ConnectionError, exceptions.TimeoutError, OSError)
_REFUSED = ("WRONGPASS", "NOAUTH", "NOPERM", "invalid username-password", "AUTH ", "without any password")
_CERTIFICATES = ("CERTIFICATE_VERIFY_FAILED", "ALERT_", "SSLV3_ALERT", "certificate", "WRONG_VERSION_NUMBER")
"""In errors of TLS that last: one side refuses the other."""
T = TypeVar("T")
Client = Any
"""``redis.Redis``, or a fake of it."""


def connect(url: str) -> Client:
    """A client of the Redis at ``url`` (``redis://``, ``rediss://``, ``unix://``); nothing is sent yet.

    Raises ``Usage`` when this is no such URL, or says what not every client understands.
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


def asked(call: Callable[[], T], place: str) -> T:
    """What ``call`` answers. Raises ``Retry`` (out of reach, full, loading) or ``Fatal`` (refused us)."""
    try:
        return call()
    except (*_LOST, exceptions.RedisError) as error:
        raise translate(error, place) from None


def translate(error: Exception, place: str) -> HeadraceError:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, exceptions.AuthenticationError) or any(word in text for word in _REFUSED):
        remedy = f"correct user and password in {SETTING}; that user needs scripts, streams and lists under our prefix"
        return Fatal("Redis refused the user, the password or a command", place, remedy, reason="denied")
    if isinstance(error, exceptions.OutOfMemoryError) or "OOM" in text:
        return Retry(
            "Redis is at its maxmemory", place, "raise maxmemory, or lower HEADRACE_QUEUE_BYTES", reason="full"
        )
    if isinstance(error, _LOST) and any(word in text for word in _CERTIFICATES):
        remedy = f"correct {SETTING}_CA, {SETTING}_CERT and {SETTING}_KEY, or the host in {SETTING}"
        return Fatal(f"Redis and we do not trust each other: {_why(text)}", place, remedy, reason="denied")
    if isinstance(error, _LOST):
        remedy = f"start it, or correct {SETTING} (rediss:// where it speaks TLS)"
        return Retry("Redis cannot be reached", place, remedy, reason="queue")
    if isinstance(error, exceptions.ReadOnlyError):
        return Retry("Redis is a read-only replica", place, f"name the primary in {SETTING}", reason="queue")
    return Fatal(
        f"Redis refused a command: {text[:200]}", place, "is it Redis 6.2 or newer, or Valkey?", reason="queue"
    )


def _why(text: str) -> str:
    """The reason in an error of TLS, without numbers of lines."""
    return re.sub(r".*\[SSL[^\]]*\] *|\s*\(_?ssl\.c:\d+\)\.?", "", text)[:200]


def reach(client: Client, place: str, *, patience: float = PATIENCE) -> None:
    """Make sure that Redis answers and can be used. Raises ``Fatal`` after ``patience`` seconds, else at once."""
    end, attempt = time.monotonic() + patience, 0
    while True:
        try:
            info = asked(lambda: _info(client), place)
            break
        except Retry as error:
            attempt += 1
            if time.monotonic() >= end:
                raise Fatal(error.what, place, error.remedy, reason="queue") from None
            time.sleep(jitter(attempt, base=0.05, cap=1.0))
    version = str(info.get("redis_version", ""))
    if version and tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise Fatal(f"Redis {version} is too old", place, "use Redis 6.2 or newer, or Valkey", reason="queue")
    if str(info.get("maxmemory_policy", "")).startswith("allkeys-"):
        what = f"Redis throws keys away when it is full (maxmemory-policy {info['maxmemory_policy']})"
        raise Fatal(what, place, "set maxmemory-policy noeviction", reason="queue")


def _info(client: Client) -> dict[str, Any]:
    """What the server says about itself; nothing where only that is forbidden."""
    client.ping()
    try:
        found: dict[str, Any] = {**client.info("server"), **client.info("memory")}
    except exceptions.NoPermissionError:
        return {}
    return found
