"""The end of a worker: it exits as soon as its pool processes have ended, and waits for nothing else."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

LOOK = 0.02
"""Seconds between two checks whether the pool processes have ended."""
LONGEST = 2.5
"""Seconds after which pool processes are killed: they have released their units before (``pool_worker.GRACE``)."""
CLEANING = 0.5
"""Most seconds for the last steps of the parent."""
BURYING = 4.0
"""Most seconds for them when a pool process was killed, because then only the parent can release its unit."""


def leave(
    children: Callable[[], list[int]], last: Callable[[], None], *, longest: float = LONGEST,
    leave: Callable[[int], None] = os._exit,
) -> threading.Thread:  # fmt: skip
    """Start a thread that waits for the processes ``children()`` to end, calls ``last`` and ends this process with exit
    code 0; after ``longest`` seconds it kills them. Returns the thread.

    Celery's own end would take longer: it closes its connections first, which waits for a broker that hangs, and looks
    at its processes only twice a second.
    """

    def wait() -> None:
        end = time.monotonic() + longest
        while time.monotonic() < end and any(_lives(pid) for pid in children()):
            time.sleep(LOOK)
        left = [pid for pid in children() if _lives(pid)]
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + CLEANING
        while time.monotonic() < end and any(_lives(pid) for pid in left):
            time.sleep(LOOK)
        cleaning = threading.Thread(target=last, daemon=True)
        cleaning.start()
        cleaning.join(BURYING if left else CLEANING)
        sys.stderr.flush()
        leave(0)

    thread = threading.Thread(target=wait, name="leaving", daemon=True)
    thread.start()
    return thread


def _lives(pid: int) -> bool:
    """Whether a process runs; a zombie, which has ended but was not waited for, does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False
