"""The file that an SQLite URL names, in both of its spellings: a path, or a ``file:`` URI."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy.engine import URL


def sqlite_file(url: URL) -> Path | None:
    """The file of ``sqlite:///catalog.db`` or ``sqlite:///file:/data/catalog.db?uri=true``; ``None`` for a database in
    memory. SQLite reads a ``file:`` URI only where ``uri`` is true; elsewhere it is the name of a file like any other.

    Source: https://www.sqlite.org/uri.html

    >>> from sqlalchemy.engine import make_url
    >>> str(sqlite_file(make_url("sqlite:///file:/data/a%20b.db?mode=ro&uri=true")))
    '/data/a b.db'
    >>> sqlite_file(make_url("sqlite://")) is None
    True
    """
    name = url.database or ""
    if not name.startswith("file:") or str(url.query.get("uri", "")).lower() not in ("true", "1", "yes", "on"):
        return None if name in ("", ":memory:") else Path(name)
    parts = urlsplit(name)
    modes = [*parse_qs(parts.query).get("mode", ()), url.query.get("mode")]
    path = unquote(parts.path)
    return None if path in ("", ":memory:") or "memory" in modes else Path(path)
