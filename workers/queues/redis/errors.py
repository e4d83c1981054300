"""What Redis answers when it cannot do what it was asked, in our own words: which of it passes, and which does not."""

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
"""The first word of an answer that passes, sooner or later, without a change of ours: what it means, and what to do."""
_BY_ITSELF = {"LOADING", "BUSY", "MISCONF", "NOREPLICAS", "MASTERDOWN", "OOM"}
"""Those of them that say nothing against our settings."""
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
"""redis-py takes the first word away where it has a class for it; subclasses before their bases."""
_WORDS = re.compile(rf"(?:^|[\s-])({'|'.join(PASSES)})(?=\s|$)")
"""At the beginning, or behind what Redis 6 says of the script in which it happened."""
_LOST = (exceptions.ConnectionError, exceptions.TimeoutError, OSError)
_REFUSED = ("WRONGPASS", "NOAUTH", "NOPERM", "invalid username-password", "AUTH ", "without any password")
_CERTIFICATES = ("CERTIFICATE_VERIFY_FAILED", "ALERT_", "SSLV3_ALERT", "certificate", "WRONG_VERSION_NUMBER")
"""In errors of TLS that last: one side refuses the other."""
T = TypeVar("T")


class Busy(Retry):
    """Redis answers, and cannot do what it was asked now; that passes without a change of ours."""


def asked(call: Callable[[], T], place: str) -> T:
    """What ``call`` answers. Raises ``Retry`` (out of reach, or it cannot now) or ``Fatal`` (refused us)."""
    try:
        return call()
    except (*_LOST, exceptions.RedisError) as error:
        raise translate(error, place) from None


def translate(error: Exception, place: str) -> HeadraceError:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, exceptions.AuthenticationError) or any(word in text for word in _REFUSED):
        remedy = f"correct user and password in {SETTING}; that user needs scripts, streams and lists under our prefix"
        return Fatal("Redis refused the user, the password or a command", place, remedy, reason="denied")
    word = passing(error)
    if word is not None:
        what, remedy = PASSES[word]
        return (Busy if word in _BY_ITSELF else Retry)(what, place, remedy, reason="full" if word == "OOM" else "queue")
    if isinstance(error, _LOST) and any(word in text for word in _CERTIFICATES):
        remedy = f"correct {SETTING}_CA, {SETTING}_CERT and {SETTING}_KEY, or the host in {SETTING}"
        return Fatal(f"Redis and we do not trust each other: {_why(text)}", place, remedy, reason="denied")
    if isinstance(error, _LOST) and "max number of clients" in text:
        return Retry("Redis has as many clients as it allows", place, "raise its maxclients", reason="queue")
    if isinstance(error, _LOST):
        remedy = f"start it, or correct {SETTING} (rediss:// where it speaks TLS)"
        return Retry("Redis cannot be reached", place, remedy, reason="queue")
    return Fatal(
        f"Redis refused a command: {text[:200]}", place, "is it Redis 6.2 or newer, or Valkey?", reason="queue"
    )


def passing(error: BaseException) -> str | None:
    """The word for an answer that passes (a key of ``PASSES``); ``None`` for any other error."""
    for type_, word in _TYPES.items():
        if isinstance(error, type_):
            return word
    found = _WORDS.search(str(error)) if isinstance(error, exceptions.RedisError) else None
    return found[1] if found else None


def _why(text: str) -> str:
    """The reason in an error of TLS, without numbers of lines."""
    return re.sub(r".*\[SSL[^\]]*\] *|\s*\(_?ssl\.c:\d+\)\.?", "", text)[:200]
