"""A producer's account of uncommitted batches: at most a window of batches per unit, and a credit of bytes in all."""

from __future__ import annotations

import threading
from collections import OrderedDict

from specs.contracts.work import WINDOW, CommitResult, Lost

REMEMBERED = 1000
"""Most refused holders that are remembered; the ledger would refuse a forgotten one again."""
Holder = tuple[str, int]
"""``(unit, fence)``"""


class Window:
    """Counts the uncommitted batches of each holder, and their bytes together. One batch always fits.

    All state is guarded by ``change``, which is notified when a batch was committed or refused.
    """

    def __init__(self, max_bytes: int, window: int = WINDOW) -> None:
        self.change = threading.Condition()
        self.bytes = 0
        self._max, self._window = max_bytes, window
        self._open: dict[Holder, int] = {}
        self._refused: OrderedDict[Holder, None] = OrderedDict()
        self._commits = 0
        self._error: BaseException | None = None

    def enter(self, holder: Holder, size: int, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for room for ``size`` bytes and take it; returns whether there was room.

        Raises ``Lost`` when a batch of this holder was refused, or the error that was given to ``fail``.
        """
        with self.change:
            if not self.change.wait_for(lambda: self._room(holder, size), timeout):
                return False
            if self._error is not None:
                raise self._error
            if holder in self._refused:
                raise Lost("another worker holds the unit now")
            self._open[holder] = self._open.get(holder, 0) + 1
            self.bytes += size
            return True

    def leave(self, holder: Holder, size: int, result: CommitResult) -> None:
        """Free the room of a batch that was committed or refused; after a refusal, ``enter`` refuses the holder."""
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
        """Wait up to ``timeout`` seconds until no batch of the holder is uncommitted; returns whether that is so.
        Raises the error that was given to ``fail``."""
        with self.change:
            done = self.change.wait_for(lambda: self._error is not None or holder not in self._open, timeout)
            if self._error is not None:
                raise self._error
            return done

    def idle(self, timeout: float) -> None:
        """Wait up to ``timeout`` seconds for a batch to be committed or refused, a call of ``wake``, or a failure."""
        with self.change:
            commits = self._commits
            self.change.wait_for(lambda: self._commits != commits or self._error is not None, timeout)

    def wake(self) -> None:
        """Wake all threads that wait in ``idle``."""
        with self.change:
            self._commits += 1
            self.change.notify_all()

    def fail(self, error: BaseException) -> None:
        """Raise ``error`` in all threads that wait in ``enter`` or ``settle``, and in later calls; the first error
        stays."""
        with self.change:
            self._error = self._error or error
            self.change.notify_all()

    def _room(self, holder: Holder, size: int) -> bool:
        if self._error is not None or holder in self._refused:
            return True
        return self._open.get(holder, 0) < self._window and (self.bytes == 0 or self.bytes + size <= self._max)
