"""What a process tells the ledger that nobody waits for, in a thread of its own.

Not in the heartbeat's: a unit that was read to its end may be locked by a flusher for long, and the lease of the next
one has to be renewed meanwhile.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from specs.contracts.work import Lost
from specs.errors import HeadraceError, Retry

PAUSE = 0.1
"""Seconds before an errand is run, or run again: most often what it would say has been stored by then, and it costs no
write."""


class Errands:
    """They say that units are flushing: that frees their slots early, and nobody renews their leases any more.

    What cannot be said right now is said again, until ``close``, which gives each a last try within ``patience``
    seconds: the final commit of the unit does all of it too.
    """

    def __init__(self, *, pause: float = PAUSE, patience: float = 5.0) -> None:
        self._pause, self._patience = pause, patience
        self._given: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, errand: Callable[[], object]) -> None:
        self._given.put(errand)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="errands", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._given.put(None)
        if self._thread is not None:
            self._thread.join(self._patience)

    def _run(self) -> None:
        left: list[Callable[[], object]] = []
        while left or not self._closed.is_set() or not self._given.empty():
            left += self._arrived(wait=not left)
            last = self._closed.wait(self._pause)
            left = [errand for errand in left if not _done(errand)]
            if last:
                left = []

    def _arrived(self, *, wait: bool) -> list[Callable[[], object]]:
        found = [self._given.get()] if wait else []
        while not self._given.empty():
            found.append(self._given.get())
        return [errand for errand in found if errand is not None]


def _done(errand: Callable[[], object]) -> bool:
    with suppress(HeadraceError, Lost, MemoryError):
        try:
            errand()
        except Retry:
            return False
    return True
