"""Memory of this process: how much it uses, how to limit it, and how to return free pages to the system."""

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
SOFT_BYTES = 512 * MB
"""Resident bytes above which a process returns free memory, even where its budget allows more."""
RESERVED = 64 * MB + 8 * MB * (os.cpu_count() or 1)
"""Bytes that drivers reserve and hardly touch: thread stacks of 8 MB each, often with one thread per processor."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
_APART = MB
"""Bytes from which ``malloc`` maps a block by itself, so that it goes back to the system as soon as it is freed.
Without this setting the C library raises the threshold to the size of the largest block that was ever freed."""

_STARTING, _RUNNING = (200_000, 20, 50), (50_000, 20, 50)
"""Thresholds of the garbage collector, per generation. A command imports more than 100,000 objects, none of them
garbage: with ``_STARTING`` no collection runs before the imports are done."""


class _Meter:
    """Reads the resident bytes of this process from a file that stays open, which takes 5 microseconds; a forked child
    opens its own."""

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
"""The resident bytes of this process now; 0 where the system has no ``/proc``."""


def peak_rss() -> int:
    """The most resident bytes that this program has had so far."""
    # getrusage also counts the process that forked this one, from before exec
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def collect_seldom() -> None:
    """Make the garbage collector run seldom while a command imports: imported objects live as long as the process."""
    gc.set_threshold(*_STARTING)


def _thaw() -> None:
    """At exit, unfreeze objects when DuckDB is loaded: its binding reports frozen objects as leaks on stderr. Without
    DuckDB they stay frozen, because unfreezing costs one more walk over all objects."""
    if "duckdb" in sys.modules:
        gc.unfreeze()


def tune() -> None:
    """Tune memory of a long-running process: fewer collections, none over the objects that exist already, one malloc
    arena, and large blocks mapped by themselves so that freeing them returns their pages."""
    if not gc.get_freeze_count():
        if gc.get_threshold() != _STARTING:  # not started by our command, so there may be garbage: do not freeze it
            gc.collect()
        gc.freeze()
        atexit.register(_thaw)
    gc.set_threshold(*_RUNNING)
    libc = _libc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, _APART)


def offer() -> None:
    """Tell the kernel to kill this process rather than its parent when the machine runs out of memory."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as stream:
            stream.write("500")
    except OSError:
        return


def bound(data: int) -> None:
    """Limit the allocations of this process to ``data`` bytes: Python then raises ``MemoryError``, which can be
    handled, before the kernel would kill the process.

    Memory that is reserved but unused, such as stacks, and memory that is mapped from files do not count.
    """
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = data + RESERVED + max(0, _status("VmData") - _status("RssAnon"))
    if limit < 1 << 40:
        resource.setrlimit(resource.RLIMIT_DATA, (limit if most < 0 else min(limit, most), most))


def give_back() -> None:
    """Collect garbage and return free pages to the system."""
    gc.collect()
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)


def _status(name: str) -> int:
    """A line of ``/proc/self/status`` in bytes; 0 where the file or the line is missing."""
    try:
        with open("/proc/self/status", "rb") as stream:
            for line in stream:
                if line.startswith(name.encode() + b":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _libc() -> ctypes.CDLL | None:
    import ctypes  # imported here because most commands only measure memory and never tune it

    try:
        libc = ctypes.CDLL(None)
        _ = libc.malloc_trim, libc.mallopt
    except (OSError, AttributeError):
        return None
    return libc


class Guard:
    """Checks the resident memory of this process every ``EVERY`` calls. Above the lesser of ``SOFT_BYTES`` and ``soft``
    bytes the caller should return memory; a process that stays above ``soft`` after that is ``tight``."""

    EVERY = 64
    """Calls of ``due`` between two measurements."""

    def __init__(
        self, soft: int, *, measure: Callable[[], int] = rss, relieve: Callable[[], None] = give_back
    ) -> None:  # fmt: skip
        self._soft, self._measure, self._relieve = soft, measure, relieve
        self._from = min(soft, SOFT_BYTES)
        self._calls = 0

    def due(self) -> bool:
        """Count a call. ``True`` when much memory is used: the caller should emit its open batch, then call
        ``relieve``."""
        self._calls += 1
        return self._calls % self.EVERY == 0 and self._measure() > self._from

    def relieve(self) -> bool:
        """Return memory to the system. ``False`` when the process still uses more than ``soft`` bytes."""
        self._relieve()
        left = self._measure()
        # memory that could not be returned now must grow by an eighth before the next attempt
        self._from = max(min(self._soft, SOFT_BYTES), min(self._soft, left + left // 8))
        return left <= self._soft

    @property
    def tight(self) -> bool:
        """Whether the process uses more than ``soft`` bytes even after it has returned what it could."""
        if self._measure() <= self._soft:
            return False
        self._relieve()
        return self._measure() > self._soft
