"""Counters of one process. They are stored in the process's row, so that one health endpoint can show all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from workers.metrics.families import COUNTED

_HEAD, _TAIL = "headrace_process_", "_total"
NAMES = tuple(family.name.removeprefix(_HEAD).removesuffix(_TAIL) for family in COUNTED)
"""claims, empty_claims, full_seconds, batches_committed, commit_seconds, reconnects"""


class Counters:
    """Numbers that only grow; safe to use from several threads. One object per process.

    >>> counters = Counters()
    >>> counters.add("claims")
    >>> counters.told()
    {'claims': 1}
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, float] = {}

    def add(self, name: str, by: float = 1) -> None:
        """Add to a counter. Raises ``KeyError`` for a name that is not in ``NAMES``."""
        if name not in NAMES:
            raise KeyError(name)
        with self._lock:
            self._values[name] = self._values.get(name, 0) + by

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the seconds that the block takes to a counter. Raises ``KeyError`` for a name that is not in
        ``NAMES``."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.add(name, time.monotonic() - begun)

    def told(self) -> dict[str, float]:
        """All counters by name, for ``Presence.beat(counters=...)``."""
        with self._lock:
            return {name: round(value, 3) for name, value in self._values.items()}


def samples(counters: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    """Yields ``(metric, value)`` for the counters in a process's row; counters of another version are left out."""
    for name in NAMES:
        value = counters.get(name)
        if isinstance(value, int | float):
            yield f"{_HEAD}{name}{_TAIL}", float(value)
