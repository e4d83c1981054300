"""Watches the memory of child processes and names the one to kill, before the kernel kills any process it likes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from workers.process.governor.budget import BESIDE_BYTES, MARGIN_BYTES, MB, MemoryBudget
from workers.process.governor.started import started

FULL_PERCENT = 92
"""Percent of ``MemoryBudget.limit`` that all processes together may use before one is killed."""
FAT_BYTES = BESIDE_BYTES + MARGIN_BYTES
"""Resident bytes from which a process that another one has started is not what it takes in peace."""
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
    """``look`` names the process to kill now: one at a time, the one with the most memory first, and before it one that
    it has started, such as a parser, which costs least.

    ``measure`` maps process ids to resident bytes; ``used`` returns the bytes that the whole control group uses;
    ``below`` returns the processes that a process has started.
    """

    def __init__(
        self, budget: MemoryBudget, *, measure: Callable[[Iterable[int]], dict[int, int]] | None = None,
        used: Callable[[], int] | None = None, below: Callable[[int], set[int]] = started,
    ) -> None:  # fmt: skip
        self._budget, self._below = budget, below
        self._measure = measure or MemoryMeters()
        self._used = used or (budget.group.used if budget.group else None)
        self._parents: dict[int, int] = {}
        self._eased: set[int] = set()

    def look(self, pids: Iterable[int]) -> tuple[int, str] | None:
        """``(process id, reason)`` of the process to kill, or ``None``. It is one of ``pids``, or one that these have
        started."""
        pids = list(pids)
        before = self._parents
        self._parents = {child: pid for pid in pids for child in self._below(pid)}
        self._eased &= set(pids)
        found = self._measure([*pids, *self._parents])
        # until its program is loaded, a new process seems to have the memory of the one that starts it
        beside = {pid: found[pid] for pid in self._parents.keys() & before.keys() & found.keys()}
        own = {pid: found[pid] for pid in pids if pid in found}
        if not own:
            return None
        pid, resident = _most(own)
        if resident > self._budget.hard:
            return pid, f"out of memory: it had {resident // MB} of {self._budget.hard // MB} MB"
        return self._bloated(own, beside) or self._full(pid, resident, beside)

    def _bloated(self, own: dict[int, int], beside: dict[int, int]) -> tuple[int, str] | None:
        """A process that takes more than what the one that started it leaves of its share."""
        for child, resident in beside.items():
            parent = own.get(self._parents[child], 0)
            if resident > FAT_BYTES and parent + resident > self._budget.hard + MARGIN_BYTES:
                what = f"it had {resident // MB} MB beside {parent // MB} of {self._budget.hard // MB} MB"
                return child, f"out of memory: {what}"
        return None

    def _full(self, pid: int, resident: int, beside: dict[int, int]) -> tuple[int, str] | None:
        """Who goes when all together have taken almost all."""
        fat, bytes_ = _most(beside) if beside else (0, 0)
        if (resident <= self._budget.soft and bytes_ <= FAT_BYTES) or not self._budget.limit:
            return None  # none of the children uses much: killing one would not help
        used = self._used() if self._used else 0
        if used * 100 <= self._budget.limit * FULL_PERCENT:
            return None
        victim, least = (fat, bytes_) if bytes_ > FAT_BYTES else (pid, resident)
        idle = [child for child in beside if self._parents[child] == pid]
        if victim == pid and idle and pid not in self._eased:  # once: its text is read again, and not blamed
            self._eased.add(pid)
            victim, least = _most({child: beside[child] for child in idle})
        what = f"{used // MB} of {self._budget.limit // MB} MB are used, {least // MB} of them by this process"
        return victim, f"out of memory: {what}"

    def measure(self, pids: Iterable[int]) -> dict[int, int]:
        """The resident bytes of processes now."""
        return self._measure(pids)

    def close(self) -> None:
        """Close the files that were opened to measure the processes."""
        self._measure(())


def _most(sizes: dict[int, int]) -> tuple[int, int]:
    return max(sizes.items(), key=lambda each: each[1])
