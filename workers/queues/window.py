"""A producer's account of what is uncommitted: a window of batches per unit, a credit of bytes in all."""

from __future__ import annotations

import threading
from collections import OrderedDict

from specs.contracts.work import WINDOW, CommitResult, Lost

REMEMBERED = 1000
"""Refused fences that are remembered; the ledger would refuse a forgotten one again."""
Holder = tuple[str, int]
"""``(unit, fence)``"""


class Window:
    """Guarded by ``change``, which is notified when something was committed. One batch always fits."""

    def __init__(self, max_bytes: int, window: int = WINDOW) -> None:
        self.change = threading.Condition()
        self.bytes = 0
        self._max, self._window = max_bytes, window
        self._open: dict[Holder, int] = {}
        self._refused: OrderedDict[Holder, None] = OrderedDict()
        self._commits = 0
        self._error: BaseException | None = None

    def enter(self, holder: Holder, size: int, timeout: float) -> bool:
        """Wait for room and take it; ``False``: there was none. Raises ``Lost``, or the error of ``fail``."""
        with self.change:
            if not self.change.wait_for(lambda: self._room(holder, size), timeout):
                return False
            if self._error is not None:
                raise self._error
            if holder in self._refused:
                raise Lost("the unit is somebody else's now")
            self._open[holder] = self._open.get(holder, 0) + 1
            self.bytes += size
            return True

    def leave(self, holder: Holder, size: int, result: CommitResult) -> None:
        """A batch was committed or refused."""
        with self.change:
            self.bytes -= size
            left = self._open.pop(holder, 1) - 1
            if left > 0:
                self._open[holder] = left
            if result in ("fenced", "gap"):
                self._refused[holder] = None
                while len(self._refused) > REMEMBERED:
                    self._refused.popitem(last=False)
            self._commits += 1
            self.change.notify_all()

    def settle(self, holder: Holder, timeout: float) -> bool:
        with self.change:
            done = self.change.wait_for(lambda: self._error is not None or holder not in self._open, timeout)
            if self._error is not None:
                raise self._error
            return done

    def idle(self, timeout: float) -> None:
        """Wait until something was committed."""
        with self.change:
            commits = self._commits
            self.change.wait_for(lambda: self._commits != commits or self._error is not None, timeout)

    def wake(self) -> None:
        """Wake who is ``idle``."""
        with self.change:
            self._commits += 1
            self.change.notify_all()

    def fail(self, error: BaseException) -> None:
        """From now on everybody who waits gets ``error``; the first one stays."""
        with self.change:
            self._error = self._error or error
            self.change.notify_all()

    def _room(self, holder: Holder, size: int) -> bool:
        if self._error is not None or holder in self._refused:
            return True
        return self._open.get(holder, 0) < self._window and (self.bytes == 0 or self.bytes + size <= self._max)
