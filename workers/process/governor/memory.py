"""Memory of this process: how much, how much is allowed, and how to give some back."""

from __future__ import annotations

import atexit
import gc
import os
import resource
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

MB = 1 << 20
SOFT = 512 * MB
"""Resident bytes of one process above which it gives memory back, even where it may have more."""
RESERVED = 64 * MB + 8 * MB * (os.cpu_count() or 1)
"""Bytes that drivers reserve and hardly use: stacks, 8 MB for each thread, often one thread per processor."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
_APART = MB
"""Bytes from which a block is mapped by itself, so that it goes back to the system as soon as it is freed; left alone,
the C library raises this to the size of the largest block that was ever freed."""

_STARTING, _RUNNING = (200_000, 20, 50), (50_000, 20, 50)
"""Thresholds of the garbage collector, per generation: what a command imports is more than 100,000 objects, none of
them garbage, and no collection begins before they are there."""


class _Meter:
    """The resident bytes of this process from a file that stays open: 5 microseconds; another one after a fork."""

    def __init__(self) -> None:
        self._pid, self._file = 0, -1

    def __call__(self) -> int:
        try:
            if self._pid != os.getpid():
                if self._pid:
                    os.close(self._file)
                self._pid, self._file = os.getpid(), os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
            return int(os.pread(self._file, 128, 0).split()[1]) * _PAGE
        except OSError:
            return 0


rss: Callable[[], int] = _Meter()
"""Resident bytes now; 0 where the system does not tell."""


def peak_rss() -> int:
    """The most resident bytes this program ever had."""
    # getrusage would count what forked us before exec, too
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def collect_seldom() -> None:
    """Fewer collections over objects that die young or never: what is imported lives as long as the process does."""
    gc.set_threshold(*_STARTING)


def _thaw() -> None:
    """DuckDB's binding takes frozen objects for leaks at exit, and says so on stderr; without it nobody asks, and
    thawing lets the interpreter walk through all objects once more."""
    if "duckdb" in sys.modules:
        gc.unfreeze()


def tune() -> None:
    """Set a long-running process up: fewer collections, none over what is there already, one malloc arena, large
    blocks apart."""
    if not gc.get_freeze_count():
        if gc.get_threshold() != _STARTING:  # not started by our command: its garbage must not stay for good
            gc.collect()
        gc.freeze()
        atexit.register(_thaw)
    gc.set_threshold(*_RUNNING)
    libc = _libc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, _APART)


def offer() -> None:
    """When memory runs out, the kernel should take this process rather than its parent."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as stream:
            stream.write("500")
    except OSError:
        return


def bound(data: int) -> None:
    """Let this process allocate up to ``data`` bytes: then ``MemoryError`` is raised, which the kernel never does.

    What is reserved and not used, such as stacks, does not count; neither does memory that is mapped from files.
    """
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = data + RESERVED + max(0, _status("VmData") - _status("RssAnon"))
    if limit < 1 << 40:
        resource.setrlimit(resource.RLIMIT_DATA, (limit if most < 0 else min(limit, most), most))


def give_back() -> None:
    """Collect garbage and hand free pages to the system."""
    gc.collect()
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)


def _status(name: str) -> int:
    """Bytes that ``/proc/self/status`` tells; 0 where it does not."""
    try:
        with open("/proc/self/status", "rb") as stream:
            for line in stream:
                if line.startswith(name.encode() + b":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _libc() -> ctypes.CDLL | None:
    import ctypes  # for who is tuned: most commands only ask how much memory there is

    try:
        libc = ctypes.CDLL(None)
        _ = libc.malloc_trim, libc.mallopt
    except (OSError, AttributeError):
        return None
    return libc


class Guard:
    """Looks at the resident memory now and then. Above ``SOFT``, or ``soft`` where that is less, memory is given back;
    a process that stays above ``soft`` all the same is ``tight``."""

    EVERY = 64
    """Calls between two looks."""

    def __init__(
        self, soft: int, *, measure: Callable[[], int] = rss, relieve: Callable[[], None] = give_back
    ) -> None:  # fmt: skip
        self._soft, self._measure, self._relieve = soft, measure, relieve
        self._from = min(soft, SOFT)
        self._calls = 0

    def due(self) -> bool:
        """Count a call. ``True``: there is much memory, so emit what is held, then call ``relieve``."""
        self._calls += 1
        return self._calls % self.EVERY == 0 and self._measure() > self._from

    def relieve(self) -> bool:
        """Give memory back. ``False``: it did not help, the process is tight."""
        self._relieve()
        left = self._measure()
        # what does not go is not tried to be given back again and again
        self._from = max(min(self._soft, SOFT), min(self._soft, left + left // 8))
        return left <= self._soft

    @property
    def tight(self) -> bool:
        """More memory than allowed, after all that could be given back was."""
        if self._measure() <= self._soft:
            return False
        self._relieve()
        return self._measure() > self._soft
