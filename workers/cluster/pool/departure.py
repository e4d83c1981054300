"""The end of a worker: once its pool processes are gone, nothing is worth waiting for."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

LOOK = 0.02
LONGEST = 2.5
"""Seconds after which what is left is killed: units were given back long before (``pool_worker.GRACE``)."""
CLEANING = 0.5
"""Seconds for the last words."""
BURYING = 4.0
"""Seconds for them when somebody had to be killed, whose unit only we can give back now."""


def leave(
    children: Callable[[], list[int]], last: Callable[[], None], *, longest: float = LONGEST,
    leave: Callable[[int], None] = os._exit,
) -> threading.Thread:  # fmt: skip
    """Wait, in a thread, for the processes in ``children`` to end, call ``last`` and end this process with code 0.

    Celery would close its connections first, which takes as long as a broker that hangs, and look twice a second.
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
    """Whether a process runs: a dead one may wait to be looked at by its parent."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False
