"""A flag that a process shares with the processes it forks: set once, visible to all at once, without locks."""

from __future__ import annotations

import mmap


class Flag:
    """One byte of shared memory. It has to be made before the fork; it is safe to set in a signal handler."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._memory[0] = 1

    def is_set(self) -> bool:
        return self._memory[0] == 1
