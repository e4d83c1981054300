"""Names of processes by which any other process of the machine can tell later whether they still live: machine, process
id and start time."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path

BOOT = "/proc/sys/kernel/random/boot_id"
"""The file with the id of the machine's present boot; all containers of one machine read the same id."""
OWN = "/etc/machine-id"
"""The file with the id of an installation; machines cloned from one image may share it."""
SPACE = "/proc/self/ns/pid"
"""The process id namespace: processes see each other within one. The first one of every machine has the same number."""


def name(pid: int | None = None) -> str:
    """The name of a process of this machine, of this one by default: ``machine:pid:start``. The start time
    distinguishes it from a later process that gets the same id."""
    pid = pid or os.getpid()
    return f"{here()}:{pid}:{_start(pid)}"


def machine(owner: str) -> str:
    """The machine's part of a process name, or of a worker's name."""
    return owner.partition("/")[0].rsplit(":", 2)[0]


def gone(owner: str) -> bool:
    """Whether the process of this name is certainly dead; ``False`` for a process of another machine, which cannot be
    seen from here.

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
    """The name of this machine, or of this container where it has a process namespace of its own."""
    return identity()


def identity(read: Callable[[str], str] = lambda path: Path(path).read_text("ascii"), space: str = SPACE) -> str:
    """``host.digest``: the host's name, and a digest that distinguishes it from other machines of that name.

    Machines made from one image have equal names and equal process ids; containers of one machine share its boot id,
    but do not see each other's processes. So the digest covers the machine id, the boot id and the process namespace.
    Where there is no boot id, the address of the network card takes its place, or a random number, with which only this
    process counts as being on this machine. ``read`` returns the text of a file.
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
    """Clock ticks from boot to the start of a process; empty for a zombie, and where the system has no ``/proc``."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
