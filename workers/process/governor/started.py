"""The processes that a process has started, as the kernel lists them, and how all of them end."""

from __future__ import annotations

import os
import signal
from contextlib import suppress


def started(pid: int) -> set[int]:
    """The ids of the processes that a process has started, by whichever of its threads; empty where the kernel does not
    list them, and for a process that has ended."""
    found: set[int] = set()
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found.update(map(int, file.read().split()))
    return found


def kill(pid: int) -> None:
    """Kill a process and those that it has started: a parser would read its text to the end before it finds out, and
    have its memory as long."""
    for each in (pid, *started(pid)):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
