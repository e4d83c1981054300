"""The protocol of a database driver, with what the slice reader needs of it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from specs.errors import HeadraceError


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
