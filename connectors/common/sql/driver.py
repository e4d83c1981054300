"""The protocol of a database driver, with what slices and sources need of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from specs.config import Limits
from specs.errors import HeadraceError

GRACE_SECONDS = 30.0
"""What a statement may take beyond its own timeout before the connection is given up: the server hangs."""
LEAST_GRACE_SECONDS = 5.0
"""The grace is no longer than the timeout of a statement itself, but as long as this."""
CANCEL_SECONDS = 2.0
"""How long it may take to ask a server over the network to stop a statement."""


class Driver(Protocol):
    """One connection to one database, opened on first use. It locks, so that one thread at a time uses it."""

    def transaction(self) -> AbstractContextManager[object]:
        """One short read-only transaction, with one snapshot where the database has them; it ends with the block also
        after an error."""
        ...

    def classify(self, error: Exception) -> HeadraceError:
        """The error to raise in place of one of the driver, named by what the program does next.

        ``Retry``: the connection is lost. ``Fatal``: the run cannot go on. ``Stop``: the whole listing is denied.
        ``Skip``: something in this statement cannot be read (``reason``: ``lock``, ``timeout``, ``denied``,
        ``error``); the reader then bisects. A ``HeadraceError`` is returned as it is.
        """
        ...

    def cancel(self) -> None:
        """Stop the statement that runs now; may be called from any thread, and does nothing when none runs."""
        ...

    def close(self) -> None:
        """Close the connection, if there is one; it is opened anew on the next use."""
        ...


def grace(limits: Limits) -> float:
    """Seconds that a statement may take beyond its own timeout."""
    return min(GRACE_SECONDS, max(LEAST_GRACE_SECONDS, limits.statement_timeout))


@contextmanager
def classified(driver: Driver) -> Iterator[None]:
    """Raises what ``driver.classify`` makes of an error within the block."""
    try:
        yield
    except Exception as raw:
        error = driver.classify(raw)
        raise error from (raw if error is not raw else None)
