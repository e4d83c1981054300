"""The end of a worker: it exits as soon as its pool processes have ended, and waits for nothing else."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from workers.cluster.times import ENDED_LOOK_SECONDS, KILL_SECONDS, LAST_STEPS_OF_KILLED_SECONDS, LAST_STEPS_SECONDS


def leave(
    children: Callable[[], list[int]], last: Callable[[], None], *, longest: float = KILL_SECONDS,
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
            time.sleep(ENDED_LOOK_SECONDS)
        left = [pid for pid in children() if _lives(pid)]
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + LAST_STEPS_SECONDS
        while time.monotonic() < end and any(_lives(pid) for pid in left):
            time.sleep(ENDED_LOOK_SECONDS)
        cleaning = threading.Thread(target=last, daemon=True)
        cleaning.start()
        cleaning.join(LAST_STEPS_OF_KILLED_SECONDS if left else LAST_STEPS_SECONDS)
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
