"""Watches the memory of child processes and names the one to kill, before the kernel kills any process it likes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from workers.process.governor.budget import MB, MemoryBudget

FULL_PERCENT = 92
"""Percent of ``MemoryBudget.limit`` that all processes together may use before one is killed."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


class MemoryMeters:
    """Reads the resident bytes of processes from files that stay open, which takes 5 microseconds each."""

    def __init__(self) -> None:
        self._files: dict[int, int] = {}

    def __call__(self, pids: Iterable[int]) -> dict[int, int]:
        """Resident bytes by process id; a dead process is left out."""
        wanted = set(pids)
        for pid in self._files.keys() - wanted:
            os.close(self._files.pop(pid))
        return {pid: resident for pid in wanted if (resident := self._measure(pid))}

    def close(self) -> None:
        """Close all files."""
        self(())

    def _measure(self, pid: int) -> int:
        try:
            if pid not in self._files:
                self._files[pid] = os.open(f"/proc/{pid}/statm", os.O_RDONLY | os.O_CLOEXEC)
            return int(os.pread(self._files[pid], 128, 0).split()[1]) * _PAGE
        except (OSError, IndexError):  # it has ended, or ends right now
            return 0


class Watch:
    """``look`` names the process to kill now: one at a time, the one with the most memory first.

    ``measure`` maps process ids to resident bytes; ``used`` returns the bytes that the whole control group uses.
    """

    def __init__(
        self, budget: MemoryBudget, *, measure: Callable[[Iterable[int]], dict[int, int]] | None = None,
        used: Callable[[], int] | None = None,
    ) -> None:  # fmt: skip
        self._budget = budget
        self._measure = measure or MemoryMeters()
        self._used = used or (budget.group.used if budget.group else None)

    def look(self, pids: Iterable[int]) -> tuple[int, str] | None:
        """``(process id, reason)`` of the process to kill, or ``None``."""
        found = self._measure(pids)
        if not found:
            return None
        pid, resident = max(found.items(), key=lambda each: each[1])
        if resident > self._budget.hard:
            return pid, f"out of memory: it had {resident // MB} of {self._budget.hard // MB} MB"
        if resident <= self._budget.soft or not self._budget.limit:
            return None  # none of the children uses much: killing one would not help
        used = self._used() if self._used else 0
        if used * 100 > self._budget.limit * FULL_PERCENT:
            what = f"{used // MB} of {self._budget.limit // MB} MB are used, {resident // MB} of them by this process"
            return pid, f"out of memory: {what}"
        return None

    def measure(self, pids: Iterable[int]) -> dict[int, int]:
        """The resident bytes of processes now."""
        return self._measure(pids)

    def close(self) -> None:
        """Close the files that were opened to measure the processes."""
        self._measure(())
