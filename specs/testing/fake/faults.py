"""Makes the configured faults happen, and counts them across processes."""

from __future__ import annotations

import ctypes
import fcntl
import math
import mmap
import os
import signal
import threading
import time

from specs.errors import Fatal, Retry, Skip, Stop
from specs.testing.fake.config import FakeConnection, Fault


class Gone(Exception):
    """The object was dropped between listing and reading."""


class Faults:
    """The faults of one source, those of its part. Without a state file, ``times`` counts per source: per unit."""

    def __init__(self, config: FakeConnection, statement_timeout: float, part: str) -> None:
        self._state = config.state
        self._timeout = statement_timeout
        self._cancelled = threading.Event()
        self._fired: dict[int, int] = {}
        self._listings: dict[tuple[str, str], list[tuple[int, Fault]]] = {}
        self._objects: dict[tuple[str, str], list[tuple[int, Fault]]] = {}
        own = [(number, fault) for number, fault in enumerate(config.faults) if fault.part == part]
        for number, fault in own:
            if fault.at == "list":
                self._listings.setdefault((fault.node, fault.where), []).append((number, fault))
            else:
                self._objects.setdefault((fault.at, fault.where), []).append((number, fault))
        self.denied = {fault.where for _, fault in own if fault.at == "list" and fault.action == "stop"}

    def cancel(self) -> None:
        """End a ``hang`` that goes on in another thread."""
        self._cancelled.set()

    def listing(self, node: str, scope: str) -> list[tuple[int, Fault]]:
        return self._listings.get((node, scope), [])

    def strike_listing(self, faults: list[tuple[int, Fault]], count: int) -> None:
        """Strike a listing that has read ``count`` names so far."""
        for number, fault in faults:
            if fault.after == count and self._due(number, fault):
                self._strike(fault)

    def strike(self, at: str, fqn: str) -> None:
        """Strike the reading or building of one object."""
        if self._objects:
            for number, fault in self._objects.get((at, fqn), ()):
                if self._due(number, fault):
                    self._strike(fault)

    def _due(self, number: int, fault: Fault) -> bool:
        if fault.times is None:
            return True
        if self._state is None:
            self._fired[number] = self._fired.get(number, 0) + 1
            return self._fired[number] <= fault.times
        with open(self._state, "a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            fired = file.read().split().count(str(number))
            if fired < fault.times:
                file.write(f"{number}\n")
            return fired < fault.times

    def _strike(self, fault: Fault) -> None:
        where = fault.where
        if fault.action == "error":
            raise RuntimeError(f"the fake service broke at {where}")
        if fault.action == "retry":
            raise Retry("the connection was lost", where, reason="connection", delay=fault.delay)
        if fault.action == "skip":
            raise Skip("the object is locked", where, "crawl again later", reason="lock")
        if fault.action == "stop":
            raise Stop("permission denied", where, "GRANT USAGE to the crawler", reason="denied")
        if fault.action == "fatal":
            raise Fatal("the server refuses us", where, "check the password", reason="denied")
        if fault.action == "memory":
            raise MemoryError
        if fault.action == "gone":
            raise Gone(where)
        if fault.action == "exit":
            os._exit(9)
        if fault.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault.action in ("hog", "gulp", "flood"):
            _take(fault.action)
            return
        self._wait(fault)

    def _wait(self, fault: Fault) -> None:
        if fault.action == "freeze":
            time.sleep(fault.seconds)
            return
        if fault.action == "seize":
            ctypes.PyDLL(None).sleep(math.ceil(fault.seconds))  # PyDLL keeps the interpreter's lock during a call
            return
        if self._cancelled.wait(min(fault.seconds, self._timeout)):
            raise Retry("the statement was cancelled", fault.where, reason="cancelled")
        if fault.seconds >= self._timeout:
            raise Retry("the statement took too long", fault.where, "raise statement_timeout", reason="timeout")


def _take(action: str) -> None:
    """Allocate memory and keep it. Raises ``MemoryError``, unless the process is killed for it."""
    if action == "flood":
        with mmap.mmap(-1, 1 << 30) as shared:
            for at in range(0, 1 << 30, mmap.PAGESIZE):
                shared[at] = 1
        return
    if action == "gulp":
        bytearray(4 << 30)
        return
    kept = []
    for _ in range(4096):  # bounded, for machines on which neither happens
        kept.append(b"x" * (1 << 20))
        time.sleep(0.01)
