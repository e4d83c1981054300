"""Waiting before another try: random waits, and repeated calls of a busy or unavailable database."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from specs.errors import Fatal, Retry
from workers.store.times import UNAVAILABLE_SECONDS

T = TypeVar("T")
TRIES = 5
"""Most attempts of a transaction that collides with others (PostgreSQL deadlocks and serialisation failures)."""


def jitter(attempt: int, *, base: float = 0.5, cap: float = 30.0) -> float:
    """Seconds to wait before the repetition ``attempt`` (from 1): random between 0 and ``base`` doubled that often, at
    most ``cap``. Random waits keep processes from trying at the same moment."""
    return random.uniform(0, min(cap, base * 2.0**attempt))


def colliding(transaction: Callable[[], T]) -> T:
    """Call ``transaction``, again when it collides with another one; returns what it returns. Raises its errors, and
    ``Retry`` after ``TRIES`` collisions."""
    attempt = 1
    while True:
        try:
            return transaction()
        except Retry as error:
            if error.reason != "collision" or attempt == TRIES:
                raise
        time.sleep(jitter(attempt, base=0.01))
        attempt += 1


def patiently(
    call: Callable[[], T], *, patience: float = UNAVAILABLE_SECONDS, sleep: Callable[[float], None] = time.sleep
) -> T:
    """Call ``call`` until it raises no ``Retry``; returns what it returns. Raises ``Fatal`` when the database stays
    unavailable for ``patience`` seconds, and every other error of ``call`` at once."""
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
