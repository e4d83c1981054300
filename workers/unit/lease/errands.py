"""Messages to the ledger that the walk does not wait for, sent by a thread of their own.

It is not the heartbeat's thread: a flusher may lock the row of a finished unit for long, and the lease of the next unit
has to be renewed meanwhile.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from specs.contracts.work import Lost
from specs.errors import HeadraceError, Retry
from workers.unit.times import MESSAGE_PAUSE_SECONDS


class Errands:
    """Sends messages that units are flushing: this frees their slots early, and their leases need no renewal any more.

    A message that raises ``Retry`` is sent again after ``pause`` seconds. ``close`` gives each a last try, within
    ``patience`` seconds together. A lost message does no harm, because the unit's final commit has the same effects.
    """

    def __init__(self, *, pause: float = MESSAGE_PAUSE_SECONDS, patience: float = 5.0) -> None:
        self._pause, self._patience = pause, patience
        self._given: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, errand: Callable[[], object]) -> None:
        """Send a message later, by calling ``errand``."""
        self._given.put(errand)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="errands", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Try each message that is left once more, and end the thread."""
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
