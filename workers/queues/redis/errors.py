"""The errors of Redis as ours: ``Retry`` for those that end by themselves, ``Fatal`` for those that do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from redis import exceptions

from specs.errors import Fatal, HeadraceError, Retry
from workers.queues.redis.url import SETTING

PASSES = {
    "LOADING": ("Redis is still reading its data", "it answers when it has them"),
    "BUSY": ("Redis is busy with a script", "it goes on when that ends; SCRIPT KILL ends it"),
    "MISCONF": ("Redis cannot write to its disk, and refuses changes", "make room there; its log says why"),
    "NOREPLICAS": (
        "Redis has too few replicas, and refuses changes", "bring them back, or lower min-replicas-to-write"
    ),
    "MASTERDOWN": ("Redis is a replica without its primary", f"name the primary in {SETTING}"),
    "READONLY": ("Redis is a read-only replica", f"name the primary in {SETTING}"),
    "UNBLOCKED": ("Redis changed its role", f"name the primary in {SETTING}"),
    "TRYAGAIN": ("Redis moves the keys that we need", "name one server that is no Redis Cluster"),
    "CLUSTERDOWN": ("Redis is part of a cluster that is down", "name one server that is no Redis Cluster"),
    "NOSCRIPT": ("Redis forgot our scripts", "it is sent them again"),
    "EXECABORT": ("Redis refused a part of a transaction", "its log says why"),
    "OOM": ("Redis is at its maxmemory", "raise maxmemory, or lower HEADRACE_QUEUE_BYTES"),
}  # fmt: skip
"""By the first word of an error that may end without a change of our settings: its meaning, and what to do about it."""
_BY_ITSELF = {"LOADING", "BUSY", "MISCONF", "NOREPLICAS", "MASTERDOWN", "OOM"}
"""Those of ``PASSES`` that are no sign of wrong settings: a starting process waits longer for them to end."""
_TYPES = {
    exceptions.BusyLoadingError: "LOADING",
    exceptions.MasterDownError: "MASTERDOWN",
    exceptions.ClusterDownError: "CLUSTERDOWN",
    exceptions.ReadOnlyError: "READONLY",
    exceptions.TryAgainError: "TRYAGAIN",
    exceptions.NoScriptError: "NOSCRIPT",
    exceptions.ExecAbortError: "EXECABORT",
    exceptions.OutOfMemoryError: "OOM",
}
"""The first word by the class of the error: redis-py removes the word from the text where it has a class for it.
Subclasses stand before their bases."""
_WORDS = re.compile(rf"(?:^|[\s-])({'|'.join(PASSES)})(?=\s|$)")
"""Finds the word at the beginning of the text, or behind the name of the script that Redis 6 writes before it."""
_LOST = (exceptions.ConnectionError, exceptions.TimeoutError, OSError)
_REFUSED = ("WRONGPASS", "NOAUTH", "NOPERM", "invalid username-password", "AUTH ", "without any password")
_CERTIFICATES = ("CERTIFICATE_VERIFY_FAILED", "ALERT_", "SSLV3_ALERT", "certificate", "WRONG_VERSION_NUMBER")
"""Texts in errors of TLS that do not end by themselves: one side refuses the other's certificate or protocol."""
T = TypeVar("T")


class Busy(Retry):
    """Redis answers, but cannot execute the command now; this ends without a change of our settings."""


def asked(call: Callable[[], T], place: str) -> T:
    """What ``call`` returns. Raises ``Retry`` when Redis cannot be reached or cannot execute the command now (``Busy``
    when that ends by itself), and ``Fatal`` when it refuses the user, the command or the connection."""
    try:
        return call()
    except (*_LOST, exceptions.RedisError) as error:
        raise translate(error, place) from None


def translate(error: Exception, place: str) -> HeadraceError:
    """The ``Busy``, ``Retry`` or ``Fatal`` that stands for an error of redis-py; ``place`` is the URL without
    secrets."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, exceptions.AuthenticationError) or any(word in text for word in _REFUSED):
        remedy = f"correct user and password in {SETTING}; that user needs scripts, streams and lists under our prefix"
        return Fatal("Redis refused the user, the password or a command", place, remedy, reason="queue")
    word = passing(error)
    if word is not None:
        what, remedy = PASSES[word]
        return (Busy if word in _BY_ITSELF else Retry)(what, place, remedy, reason="full" if word == "OOM" else "queue")
    if isinstance(error, _LOST) and any(word in text for word in _CERTIFICATES):
        remedy = f"correct {SETTING}_CA, {SETTING}_CERT and {SETTING}_KEY, or the host in {SETTING}"
        return Fatal(f"Redis and we do not trust each other: {_why(text)}", place, remedy, reason="queue")
    if isinstance(error, _LOST) and "max number of clients" in text:
        return Retry("Redis has as many clients as it allows", place, "raise its maxclients", reason="queue")
    if isinstance(error, _LOST):
        remedy = f"start it, or correct {SETTING} (rediss:// where it speaks TLS)"
        if place.startswith(
            "rediss:"
        ):  # a refused certificate may look like a lost connection: its alert comes too late
            remedy = f"start it, or correct {SETTING}, {SETTING}_CA, {SETTING}_CERT or {SETTING}_KEY"
        return Retry("Redis cannot be reached", place, remedy, reason="queue")
    return Fatal(
        f"Redis refused a command: {text[:200]}", place, "is it Redis 6.2 or newer, or Valkey?", reason="queue"
    )


def passing(error: BaseException) -> str | None:
    """The key of ``PASSES`` for an error that may end by itself; ``None`` for any other error."""
    for type_, word in _TYPES.items():
        if isinstance(error, type_):
            return word
    found = _WORDS.search(str(error)) if isinstance(error, exceptions.RedisError) else None
    return found[1] if found else None


def _why(text: str) -> str:
    """The reason in an error of TLS, without the line numbers of OpenSSL."""
    return re.sub(r".*\[SSL[^\]]*\] *|\s*\(_?ssl\.c:\d+\)\.?", "", text)[:200]
