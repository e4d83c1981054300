"""How to reach an SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import SplitResult, parse_qsl, unquote

from pydantic import Field

from specs.config import ConnectionConfig, LocalFile
from specs.recipe.problems import nearest

_IGNORED = frozenset(
    {
        "cache", "cached_statements", "check_same_thread", "detect_types", "immutable", "isolation_level", "mode",
        "nolock", "timeout", "uri",
    }
)  # fmt: skip
"""Parameters of drivers, without a meaning here: the file is opened read-only in any case."""


class SqliteConnection(ConnectionConfig):
    """A database file, opened read-only. It is never created.

    Its database and its schema are both called ``main``, as SQLite calls them itself: ``SERVICE.main.main.orders``.
    Attached files are not followed. SQLite's own tables (``sqlite_*`` and the shadow tables of full-text indexes) show
    up with ``system_schemas: true`` only. Needs SQLite 3.37 or newer below Python.
    """

    schemes: ClassVar[tuple[str, ...]] = ("sqlite",)

    path: LocalFile = Field(min_length=1, description="Path of the database file.")

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        """Build the config from ``sqlite:///PATH``. Raises ``ValueError`` for a URL with a host, without a path, or
        with an unknown parameter."""
        if url.netloc:
            raise ValueError("write sqlite:///relative/path or sqlite:////absolute/path")
        for key, _ in parse_qsl(url.query, keep_blank_values=True):
            if key not in _IGNORED:
                raise ValueError(f"unknown parameter {key!r} in the URL; {nearest(key, _IGNORED)}")
        path = unquote(url.path[1:]).removeprefix("file:")
        if not path or path == ":memory:":
            raise ValueError("the URL names no file; write sqlite:///path/to/file.db")
        return cls(path=path)

    @classmethod
    def ignored(cls, url: SplitResult) -> tuple[str, ...]:
        return tuple(key for key, _ in parse_qsl(url.query, keep_blank_values=True) if key in _IGNORED)

    def endpoint(self) -> str:
        return str(Path(self.path).expanduser().absolute())
