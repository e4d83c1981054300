"""The URL of an SQLite catalog, and the file that it names in both of its spellings: a path, or a ``file:`` URI."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, quote, quote_plus, unquote, urlsplit

_URL = re.compile(r"sqlite(?:\+\w+)?://(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?", re.DOTALL)
_TRUE = ("true", "1", "yes", "on")
_MEMORY = ("", ":memory:")


@dataclass(frozen=True)
class SqliteAddress:
    """``sqlite:///catalog.db`` or ``sqlite:///file:/data/catalog.db?uri=true``, taken apart.

    SQLite reads a ``file:`` URI only where ``uri`` is true; elsewhere it is the name of a file like any other.
    Source: https://www.sqlite.org/uri.html

    >>> str(address("sqlite:///file:/data/a%20b.db?mode=ro&uri=true").file)
    '/data/a b.db'
    >>> address("sqlite://").file is None
    True
    """

    database: str
    query: dict[str, str]

    @property
    def uri(self) -> bool:
        return self.query.get("uri", "").lower() in _TRUE

    @property
    def file(self) -> Path | None:
        """The file; ``None`` for a database in memory."""
        if not self.uri or not self.database.startswith("file:"):
            return None if self.database in _MEMORY else Path(self.database)
        parts = urlsplit(self.database)
        modes = [*parse_qs(parts.query).get("mode", ()), self.query.get("mode")]
        path = unquote(parts.path)
        return None if path in _MEMORY or "memory" in modes else Path(path)

    @property
    def target(self) -> str:
        """What SQLite opens: an absolute path, a ``file:`` URI with what the URL asks of it, or ``:memory:``."""
        if self.uri:
            asked = "&".join(f"{name}={value}" for name, value in sorted(self.query.items()) if name != "uri")
            return f"{self.database}?{asked}" if asked else self.database
        return ":memory:" if self.database in _MEMORY else os.path.abspath(self.database)

    def __str__(self) -> str:
        asked = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in sorted(self.query.items()))
        place = self.database and "/" + quote(self.database, safe=" +/")
        return f"sqlite://{place}{asked and '?' + asked}"


def address(url: str) -> SqliteAddress | None:
    """The parts of an SQLite URL; ``None`` for a text that is none."""
    found = _URL.fullmatch(url)
    if found is None:
        return None
    return SqliteAddress(unquote(found["database"] or ""), dict(parse_qsl(found["query"] or "")))
