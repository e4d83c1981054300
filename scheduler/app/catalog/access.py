"""Opens the database of a catalog for as long as one question takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workers.store.database import SqlDatabase, open_database


@contextmanager
def opened(url: str, *, create: bool = False) -> Iterator[SqlDatabase]:
    """The catalog at ``url``, closed at the end. Raises ``UsageError`` when there is none, and not ``create``."""
    db = open_database(url, create=create)
    try:
        yield db
    finally:
        db.close()
