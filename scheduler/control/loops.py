"""Loops that outlast any outage: something is done again and again, and what goes wrong is told now and then."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from specs.errors import HeadraceError
from workers.process.stop_flag import StopFlag
from workers.store.retries import jitter

LONGEST = 5.0
"""Seconds between two tries while something is out, at most."""
AGAIN = 30
"""Failures in a row after which it is told again."""
log = logging.getLogger("headrace.scheduler")


class Troubles:
    """One line when something begins to fail, another one now and then, and one when it works again."""

    def __init__(self, what: str) -> None:
        self._what, self.failed = what, 0

    def tried(self, act: Callable[[], object]) -> bool:
        """Do ``act``; ``False``: it failed."""
        try:
            act()
        except HeadraceError as error:
            if self.failed % AGAIN == 0:
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
        return jitter(min(self.failed, 5), base=0.2, cap=LONGEST)


def loop(
    what: str, act: Callable[[], object], every: float, stop: StopFlag, beat: Callable[[], None] = lambda: None
) -> threading.Thread:
    """Do ``act`` every so many seconds in a thread of its own until ``stop`` is set; it never holds up the process.
    ``beat`` is called with every turn."""
    troubles = Troubles(what)

    def turn() -> None:
        while not stop.is_set():
            beat()
            stop.wait(every if troubles.tried(act) else troubles.wait)

    thread = threading.Thread(target=turn, name=what, daemon=True)
    thread.start()
    return thread
