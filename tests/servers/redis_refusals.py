"""Puts a Redis into the states in which it answers but refuses commands, and back into its normal state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis

from tests.patience import PATIENCE
from tests.servers.redis import RedisServer

LOOP = "while true do end"


@contextmanager
def refusing(server: RedisServer, word: str) -> Iterator[None]:
    """Make Redis refuse commands with ``word`` (MISCONF, NOREPLICAS, BUSY, READONLY, MASTERDOWN, OOM) in the block."""
    enter, leave = _WAYS[word]
    with server.client() as client:
        enter(server, client)
        try:
            yield
        finally:
            leave(server, client)


def _until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def _saved(client: redis.Redis) -> str:
    """Save the data to disk; returns Redis's status of that: ``ok`` or ``err``."""
    found: Any = client.info("persistence")
    if not found["rdb_bgsave_in_progress"]:
        client.bgsave()
    _until(lambda: not client.info("persistence")["rdb_bgsave_in_progress"])  # type: ignore[index]
    found = client.info("persistence")
    return str(found["rdb_last_bgsave_status"])


def _misconf(server: RedisServer, client: redis.Redis) -> None:
    """Make saving fail: a folder has the name of the file that Redis has to write."""
    (server.folder / "dump.rdb").unlink(missing_ok=True)
    (server.folder / "dump.rdb").mkdir()
    client.config_set("save", "3600 1")
    _until(lambda: _saved(client) == "err")


def _configured(server: RedisServer, client: redis.Redis) -> None:
    (server.folder / "dump.rdb").rmdir()
    _until(lambda: _saved(client) == "ok")
    client.config_set("save", "")


def _busy(server: RedisServer, client: redis.Redis) -> None:
    client.config_set("lua-time-limit", 1)

    def spin() -> None:
        with server.client() as other:
            try:
                other.eval(LOOP, 0)  # type: ignore[no-untyped-call]
            except redis.exceptions.RedisError:
                return  # the script was killed, which ends the state

    threading.Thread(target=spin, daemon=True).start()
    _until(lambda: _refused(client))


def _refused(client: redis.Redis) -> bool:
    try:
        client.ping()
    except redis.exceptions.ResponseError:
        return True
    return False


def _idle(server: RedisServer, client: redis.Redis) -> None:
    client.script_kill()
    _until(lambda: not _refused(client))


def _replica(stale: str) -> Callable[[RedisServer, redis.Redis], None]:
    def follow(server: RedisServer, client: redis.Redis) -> None:
        client.config_set("replica-serve-stale-data", stale)
        client.replicaof("127.0.0.1", "1")

    return follow


def _primary(server: RedisServer, client: redis.Redis) -> None:
    client.replicaof("NO", "ONE")


def _set(name: str, value: Any) -> Callable[[RedisServer, redis.Redis], None]:
    def put(server: RedisServer, client: redis.Redis) -> None:
        client.config_set(name, value)

    return put


_WAYS: dict[str, tuple[Callable[[RedisServer, redis.Redis], None], Callable[[RedisServer, redis.Redis], None]]] = {
    "MISCONF": (_misconf, _configured),
    "NOREPLICAS": (_set("min-replicas-to-write", 1), _set("min-replicas-to-write", 0)),
    "BUSY": (_busy, _idle),
    "READONLY": (_replica("yes"), _primary),
    "MASTERDOWN": (_replica("no"), _primary),
    "OOM": (_set("maxmemory", 1), _set("maxmemory", 0)),
}
WORDS = tuple(_WAYS)
