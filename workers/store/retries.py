"""How long the database is waited for, in seconds; waiting before another try: random waits, and repeated calls of a
busy or unavailable database."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from specs.errors import Fatal, Retry

T = TypeVar("T")
BUSY_SECONDS = 30.0
"""Most seconds to wait for SQLite's write lock, a PostgreSQL lock, or a pooled connection."""
STATEMENT_SECONDS = 120.0
"""Seconds that a statement may take on PostgreSQL."""
ANSWER_GRACE_SECONDS = 15.0
"""Seconds beyond the time of a statement that its answer may take; then the connection is cut."""
DEADLINE_LOOK_SECONDS = 0.25
"""Most seconds between two checks whether an answer is late."""
UNAVAILABLE_SECONDS = 60.0
"""Seconds for which calls of a busy or restarting database are repeated."""
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
