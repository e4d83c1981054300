"""Names for processes that tell later whether they still live: host, process id, start time."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def name(pid: int | None = None) -> str:
    """The name of a process of this machine: ``host:pid:start``, where start tells it from a later one of that id."""
    pid = pid or os.getpid()
    return f"{_host()}:{pid}:{_start(pid)}"


def machine(owner: str) -> str:
    """The host in a name, or in a worker's name."""
    return owner.partition("/")[0].rsplit(":", 2)[0]


def gone(owner: str) -> bool:
    """Whether the process behind a name is certainly dead; a name from another machine never is.

    A worker's name may carry a suffix behind ``/``.
    """
    address, _, start = owner.partition("/")[0].rpartition(":")
    host, _, pid = address.rpartition(":")
    if host != _host() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _start(int(pid)) != start


def _host() -> str:
    """This host; containers that share its name, but do not see each other's processes, are different ones."""
    try:
        return f"{socket.gethostname()}.{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def _start(pid: int) -> str:
    """Clock ticks between boot and the start of a process; empty where the system does not tell, or for a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
