"""Loops that go on through any outage: an action is repeated, and its failures are logged, but not each of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from scheduler.control.times import RETRY_PAUSE_SECONDS
from specs.errors import HeadraceError
from workers.process.stop_flag import StopFlag
from workers.store.retries import jitter

FAILURES_BETWEEN_LINES = 30
"""Failures in a row between two log lines."""
log = logging.getLogger("headrace.scheduler")


class Troubles:
    """Logs one line when an action begins to fail, one more after every ``FAILURES_BETWEEN_LINES`` failures, and one
    when it works again. ``what`` names the action in these lines."""

    def __init__(self, what: str) -> None:
        self._what, self.failed = what, 0

    def tried(self, act: Callable[[], object]) -> bool:
        """Call ``act``; returns whether it succeeded. Every exception is logged here and raised no further."""
        try:
            act()
        except HeadraceError as error:
            if self.failed % FAILURES_BETWEEN_LINES == 0:
                log.warning("%s: %s", self._what, error)
            self.failed += 1
            return False
        except Exception:
            log.exception("%s: internal error", self._what)
            self.failed += 1
            return False
        if self.failed:
            log.info("%s: works again", self._what)
        self.failed = 0
        return True

    @property
    def wait(self) -> float:
        """Seconds until the next try; they grow with the failures in a row, up to ``RETRY_PAUSE_SECONDS``."""
        return jitter(min(self.failed, 5), base=0.2, cap=RETRY_PAUSE_SECONDS)


def loop(
    what: str, act: Callable[[], object], every: float, stop: StopFlag, beat: Callable[[], None] = lambda: None
) -> threading.Thread:
    """Call ``act`` every ``every`` seconds in a daemon thread until ``stop`` is set; the process can end meanwhile.

    ``beat`` is called in every turn, so that the health endpoint sees that the loop is alive. Returns the thread.
    """
    troubles = Troubles(what)

    def turn() -> None:
        while not stop.is_set():
            beat()
            stop.wait(every if troubles.tried(act) else troubles.wait)

    thread = threading.Thread(target=turn, name=what, daemon=True)
    thread.start()
    return thread
