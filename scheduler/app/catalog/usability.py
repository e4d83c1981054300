"""The place of a catalog, and whether the catalog can be used."""

from __future__ import annotations

import os
from pathlib import Path

from specs.errors import Fatal, UsageError
from workers.store.sqlite.address import address


def location(url: str) -> Path | str:
    """The file of an SQLite catalog, else the URL without its password. Raises ``UsageError`` for a text that is no
    URL."""
    file = address(url)
    if file is not None:
        return file.file or str(file)
    from sqlalchemy import exc, make_url  # a file does without

    try:
        return make_url(url).render_as_string(hide_password=True)
    except exc.ArgumentError:
        raise UsageError("the catalog's URL is none", remedy="write sqlite:///catalog.db or postgresql://...") from None


def missing(url: str) -> bool:
    """Whether the catalog is an SQLite file that does not exist yet. Raises ``UsageError`` for a text that is no
    URL."""
    place = location(url)
    return isinstance(place, Path) and not place.exists()


def probe(url: str) -> str:
    """Open the catalog and begin a write, which is undone at once; returns the finding as a line for people.

    Raises ``Fatal`` when the catalog cannot be written, and ``UsageError`` and ``Fatal`` as ``open_database`` does.
    """
    from workers.catalog import Catalog
    from workers.store.database import open_database

    place = location(url)
    if isinstance(place, Path) and not os.access(place, os.W_OK):
        raise Fatal("the catalog cannot be written", str(place), "make the file and its folder writable")
    with open_database(url, create=False) as db:
        Catalog(db).try_to_write()
    return f"{db.dialect}, reachable and writable: {db.where}"
