"""Names for processes that tell later whether they still live: machine, process id, start time."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path

BOOT = "/proc/sys/kernel/random/boot_id"
"""Another one for every boot of every machine; containers of one machine share it."""
OWN = "/etc/machine-id"
SPACE = "/proc/self/ns/pid"
"""Processes see each other within one; every machine's first one has the same number."""


def name(pid: int | None = None) -> str:
    """The name of a process of this machine: ``machine:pid:start``; start tells it from a later one of that id."""
    pid = pid or os.getpid()
    return f"{here()}:{pid}:{_start(pid)}"


def machine(owner: str) -> str:
    """The machine in a name, or in a worker's name."""
    return owner.partition("/")[0].rsplit(":", 2)[0]


def gone(owner: str) -> bool:
    """Whether the process behind a name is certainly dead; a name from another machine never is.

    A worker's name may carry a suffix behind ``/``.
    """
    address, _, start = owner.partition("/")[0].rpartition(":")
    host, _, pid = address.rpartition(":")
    if host != here() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _start(int(pid)) != start


@cache
def here() -> str:
    """This machine, as far as its processes see each other."""
    return identity()


def identity(read: Callable[[str], str] = lambda path: Path(path).read_text("ascii"), space: str = SPACE) -> str:
    """``host.digest``: the host's name, and what tells it from others of that name.

    Machines made from one image have equal names, and their processes the same numbers; containers of one machine share
    its boot, but do not see each other's processes. Where the system tells of no boot, the address of its network card
    stands for it, or a random number: then nobody but this process counts as of this machine.
    """
    parts = [_told(read, OWN), _told(read, BOOT) or f"{uuid.getnode():x}"]
    try:
        parts.append(str(os.stat(space).st_ino))
    except OSError:
        parts.append("")
    return f"{socket.gethostname()}.{blake2b('/'.join(parts).encode(), digest_size=6).hexdigest()}"


def _told(read: Callable[[str], str], path: str) -> str:
    try:
        return read(path).strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _start(pid: int) -> str:
    """Clock ticks between boot and the start of a process; empty where the system does not tell, or for a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
