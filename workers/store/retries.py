"""Waiting before trying again: full jitter, and patience with a busy catalog."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from specs.errors import Fatal, Retry

T = TypeVar("T")
TRIES = 5
"""Attempts of a transaction that collides with others (PostgreSQL deadlocks and serialisation failures)."""
PATIENCE = 60.0
"""Seconds for which a busy or restarting catalog is asked again."""


def jitter(attempt: int, *, base: float = 0.5, cap: float = 30.0) -> float:
    """Seconds to wait before try ``attempt`` (1 is the first repetition): anything up to a doubling bound."""
    return random.uniform(0, min(cap, base * 2.0**attempt))


def colliding(transaction: Callable[[], T]) -> T:
    """Do a whole transaction, again when it collides with another one. Raises what it raises, at last ``Retry``."""
    attempt = 1
    while True:
        try:
            return transaction()
        except Retry as error:
            if error.reason != "collision" or attempt == TRIES:
                raise
        time.sleep(jitter(attempt, base=0.01))
        attempt += 1


def patiently(call: Callable[[], T], *, patience: float = PATIENCE, sleep: Callable[[float], None] = time.sleep) -> T:
    """Call something of the ledger until it answers. Raises ``Fatal`` when it stays out for ``patience`` seconds."""
    end, attempt = time.monotonic() + patience, 0
    while True:
        try:
            return call()
        except Retry as error:
            attempt += 1
            if time.monotonic() >= end:
                remedy = "make it reachable again, then resume the run"
                raise Fatal(f"the catalog stays out: {error.what}", error.where, remedy, reason="catalog") from None
            sleep(jitter(attempt, base=0.02, cap=2.0))
