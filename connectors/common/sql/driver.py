"""What the slice reader needs of a database driver, and no more."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from specs.errors import HeadraceError


class Driver(Protocol):
    """One connection to one database, opened on first use, used by one thread at a time (it locks)."""

    def transaction(self) -> AbstractContextManager[object]:
        """One short read-only transaction with one snapshot where the database can; ends whatever happens."""
        ...

    def classify(self, error: Exception) -> HeadraceError:
        """Name an error by what to do next.

        ``Retry``: the connection is lost. ``Fatal``: the run cannot go on. ``Stop``: the whole listing is denied.
        ``Skip``: something in this statement cannot be read (``reason``: ``lock``, ``timeout``, ``denied``,
        ``error``); the reader then bisects. A ``HeadraceError`` is returned as it is.
        """
        ...
