"""The stop flag: set by a signal handler, checked by every loop that waits."""

from __future__ import annotations

import time

from workers.process.times import STOP_LOOK_SECONDS


class StopFlag:
    """Once set, the walk must release its unit now. Safe to set in a signal handler, because it takes no lock."""

    def __init__(self) -> None:
        self.reason = ""

    def set(self, reason: str = "stopped") -> None:
        """Set the flag; the first reason stays."""
        self.reason = self.reason or reason

    def is_set(self) -> bool:
        return bool(self.reason)

    def wait(self, timeout: float) -> bool:
        """Sleep up to ``timeout`` seconds or until the flag is set; returns whether it is."""
        end = time.monotonic() + timeout
        while not self.reason:
            rest = end - time.monotonic()
            if rest <= 0:
                break
            time.sleep(min(STOP_LOOK_SECONDS, rest))
        return bool(self.reason)
