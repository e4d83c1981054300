"""What changed in a catalog: the feed event by event, or the difference since a run object by object."""

from __future__ import annotations

from collections.abc import Iterator

from workers.catalog import Catalog, ChangeView, Difference
from workers.store.database import open_database

PAGE = 1000
"""Events that are held at once."""


def changes(catalog: str, since: int = 0, *, run: str | None = None, limit: int = PAGE) -> Iterator[ChangeView]:
    """Up to ``limit`` events behind number ``since``, in the order of commits; of one run, where it is given."""
    with open_database(catalog, create=False) as db:
        found = Catalog(db)
        while limit > 0 and (page := found.changes(since, run=run, limit=min(limit, PAGE))):
            yield from page
            since, limit = page[-1].seq, limit - len(page)


def differences(catalog: str, since: str | None = None) -> Iterator[Difference]:
    """What changed behind run ``since``, or by the latest run, one entry per object."""
    with open_database(catalog, create=False) as db:
        yield from Catalog(db).diff(since)
