"""Looks at the memory of child processes and says who has to go, before the kernel chooses somebody."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from workers.process.governor.budget import MB, MemoryBudget

EVERY = 0.25
"""Seconds between two looks."""
FULL = 92
"""Percent of the limit that all processes together may have."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


class MemoryMeters:
    """The resident bytes of processes, read from files that stay open: 5 microseconds each."""

    def __init__(self) -> None:
        self._files: dict[int, int] = {}

    def __call__(self, pids: Iterable[int]) -> dict[int, int]:
        """By process id; a dead one has none."""
        wanted = set(pids)
        for pid in self._files.keys() - wanted:
            os.close(self._files.pop(pid))
        return {pid: resident for pid in wanted if (resident := self._measure(pid))}

    def close(self) -> None:
        self(())

    def _measure(self, pid: int) -> int:
        try:
            if pid not in self._files:
                self._files[pid] = os.open(f"/proc/{pid}/statm", os.O_RDONLY | os.O_CLOEXEC)
            return int(os.pread(self._files[pid], 128, 0).split()[1]) * _PAGE
        except (OSError, IndexError):  # it has ended, or ends right now
            return 0


class Watch:
    """``look`` names the process that has to be killed now, and why; one at a time, the fattest first."""

    def __init__(
        self, budget: MemoryBudget, *, measure: Callable[[Iterable[int]], dict[int, int]] | None = None,
        used: Callable[[], int] | None = None,
    ) -> None:  # fmt: skip
        self._budget = budget
        self._measure = measure or MemoryMeters()
        self._used = used or (budget.group.used if budget.group else None)

    def look(self, pids: Iterable[int]) -> tuple[int, str] | None:
        """The process to kill and the reason, or ``None``."""
        found = self._measure(pids)
        if not found:
            return None
        pid, resident = max(found.items(), key=lambda each: each[1])
        if resident > self._budget.hard:
            return pid, f"out of memory: it had {resident // MB} of {self._budget.hard // MB} MB"
        if resident <= self._budget.soft or not self._budget.limit:
            return None  # whoever fills the machine, it is none of ours
        used = self._used() if self._used else 0
        if used * 100 > self._budget.limit * FULL:
            what = f"{used // MB} of {self._budget.limit // MB} MB are used, {resident // MB} of them by this process"
            return pid, f"out of memory: {what}"
        return None

    def measure(self, pids: Iterable[int]) -> dict[int, int]:
        """The resident bytes of processes now."""
        return self._measure(pids)

    def close(self) -> None:
        """Close what was opened to look at them."""
        self._measure(())
