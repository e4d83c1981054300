"""Whether the processes of a pool still turn: each says so all the time, and its parent counts the silence.

A process whose interpreter's lock is held (by a driver that hangs in C, by an expression without end) renews no lease,
answers no signal and notices no deadline: everything of ours in it stands still. Only its parent can end it.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

EVERY = 0.5
"""Seconds between two signs of life."""
STEP = 2.0
"""Seconds of silence that are counted between two looks, at most: a parent that was held up itself blames nobody."""
SHORTEST = 5.0
"""Seconds of silence after which a process may be ended, at least: on a busy machine each has to wait for its turn."""
BEGINNING = 30.0
"""Seconds that a new process may take for its first sign: it has much to read before."""
_PID = struct.Struct("=I")


class Heartbeats:
    """One pipe for all processes of a parent, made before they are. They write their process id; nobody waits.

    ``mouth`` is the end that is written to, for processes that are spawned rather than forked.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ear, self.mouth = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._clock = clock
        self._looked = clock()
        self._silence: dict[int, float] = {}

    def silence(self, pids: Iterable[int]) -> dict[int, float]:
        """Seconds since each of these processes was last heard of; one that begins has ``BEGINNING`` for its first
        word."""
        now = self._clock()
        step, self._looked = min(max(0.0, now - self._looked), STEP), now
        heard = self._heard()
        self._silence = {
            pid: 0.0 if pid in heard else self._silence[pid] + step if pid in self._silence else -BEGINNING
            for pid in pids
        }
        return {pid: max(0.0, seconds) for pid, seconds in self._silence.items()}

    def close(self) -> None:
        for end in (self._ear, self.mouth):
            with suppress(OSError):
                os.close(end)

    def _heard(self) -> set[int]:
        found: set[int] = set()
        while True:
            try:
                data = os.read(self._ear, 65_536)
            except BlockingIOError:
                return found
            found.update(pid for (pid,) in _PID.iter_unpack(data[: len(data) - len(data) % _PID.size]))
            if not data:
                return found


def beat(mouth: int, *, every: float = EVERY) -> threading.Thread:
    """Tell the parent of this process, from a thread of its own, that it still turns."""
    said, over = _PID.pack(os.getpid()), threading.Event()

    def turn() -> None:
        while not over.wait(every):
            try:
                os.write(mouth, said)
            except BlockingIOError:  # nobody listens right now
                continue
            except OSError:  # the parent is gone
                return

    thread = threading.Thread(target=turn, name="heartbeats", daemon=True)
    thread.start()
    return thread


def silent(seconds: float) -> str:
    """Why a process is ended that has fallen silent."""
    return f"the worker process had been silent for {seconds:.0f} s: something in it held the interpreter"
