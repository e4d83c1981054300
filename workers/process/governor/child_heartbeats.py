"""Heartbeats of the processes of a pool: each child writes its process id twice a second, and the parent measures the
silence of each.

A child whose interpreter lock is held (by a driver that hangs in C code, by a regular expression without end) renews no
lease, answers no signal and notices no deadline, because none of its Python threads can run. Only its parent can end
it.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from workers.process.times import (
    COUNTED_SILENCE_SECONDS,
    FIRST_HEARTBEAT_SECONDS,
    HEARTBEAT_SECONDS,
)

_PID = struct.Struct("=I")


class Heartbeats:
    """One non-blocking pipe that all children of a parent write to; it has to be made before the children start.

    ``writer`` is the file descriptor that children write to; a spawned child inherits it by number, a forked one
    has it.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader, self.writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._clock = clock
        self._looked = clock()
        self._silence: dict[int, float] = {}

    def silence(self, pids: Iterable[int]) -> dict[int, float]:
        """Seconds of silence by process id of ``pids``; 0 for a new process until it has been silent for
        ``FIRST_HEARTBEAT_SECONDS``."""
        now = self._clock()
        step, self._looked = min(max(0.0, now - self._looked), COUNTED_SILENCE_SECONDS), now
        heard = self._heard()
        self._silence = {
            pid: 0.0
            if pid in heard
            else self._silence[pid] + step
            if pid in self._silence
            else -FIRST_HEARTBEAT_SECONDS
            for pid in pids
        }
        return {pid: max(0.0, seconds) for pid, seconds in self._silence.items()}

    def close(self) -> None:
        """Close both ends of the pipe. May be called twice."""
        for end in (self._reader, self.writer):
            with suppress(OSError):
                os.close(end)

    def _heard(self) -> set[int]:
        found: set[int] = set()
        while True:
            try:
                data = os.read(self._reader, 65_536)
            except BlockingIOError:
                return found
            found.update(pid for (pid,) in _PID.iter_unpack(data[: len(data) - len(data) % _PID.size]))
            if not data:
                return found


def beat(writer: int, *, every: float = HEARTBEAT_SECONDS) -> threading.Thread:
    """Start a daemon thread that writes this process's id to ``writer`` now and every ``every`` seconds, and return it.

    The thread ends by itself when the parent has closed the pipe.
    """
    said, ended = _PID.pack(os.getpid()), threading.Event()

    def turn() -> None:
        over = False
        while not over:
            try:
                os.write(writer, said)
            except BlockingIOError:  # the pipe is full: the parent has not read it for a while
                pass
            except OSError:  # the parent is gone
                return
            over = ended.wait(every)

    thread = threading.Thread(target=turn, name="heartbeats", daemon=True)
    thread.start()
    return thread


def silent(seconds: float) -> str:
    """The reason that is logged when a child is ended after ``seconds`` of silence."""
    return f"the worker process had been silent for {seconds:.0f} s: something in it held the interpreter"
