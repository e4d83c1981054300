"""Memory of this process: how much, how much is allowed, and how to give some back."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import resource
from collections.abc import Callable
from pathlib import Path

MB = 1 << 20
SOFT = 512 * MB
"""Resident bytes of one process above which it gives memory back, where no container says less."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_ARENA_MAX = -8


def rss() -> int:
    """Resident bytes now; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * _PAGE
    except OSError:
        return 0


def peak_rss() -> int:
    """The most resident bytes this program ever had."""
    try:  # getrusage would count what forked us before exec, too
        with open("/proc/self/status", "rb") as stream:
            for line in stream:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def allowed(processes: int, *, files: tuple[str, ...] = _LIMITS) -> int:
    """The soft limit of one of ``processes``: bytes, its share of 80 % of the container, at most ``SOFT``."""
    for file in files:
        try:
            text = Path(file).read_text().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < 1 << 50:
            return min(SOFT, int(text) * 8 // 10 // max(1, processes))
    return SOFT


def tune() -> None:
    """Set a long-running process up: fewer collections over objects that die young anyway, one malloc arena."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # drivers take frozen objects for leaks at exit, and say so on stderr
    gc.set_threshold(50_000, 20, 50)
    libc = _libc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Collect garbage and hand free pages to the system."""
    gc.collect()
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)


def _libc() -> ctypes.CDLL | None:
    try:
        libc = ctypes.CDLL(None)
        _ = libc.malloc_trim, libc.mallopt
    except (OSError, AttributeError):
        return None
    return libc


class Guard:
    """Looks at the resident memory now and then; ``tight`` after giving back did not help."""

    EVERY = 256
    """Calls between two looks."""

    def __init__(self, soft: int, *, measure: Callable[[], int] = rss, relieve: Callable[[], None] = give_back) -> None:
        self.soft = soft
        self._measure, self._relieve = measure, relieve
        self._calls = 0

    def due(self) -> bool:
        """Count a call. ``True``: memory is above the soft limit, so emit what is held, then call ``relieve``."""
        self._calls += 1
        return self._calls % self.EVERY == 0 and self._measure() > self.soft

    def relieve(self) -> bool:
        """Give memory back. ``False``: it did not help."""
        self._relieve()
        return self._measure() <= self.soft
