"""How to reach an SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import SplitResult, unquote

from pydantic import Field

from specs.config import ConnectionConfig, LocalFile


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
        if url.netloc:
            raise ValueError("write sqlite:///relative/path or sqlite:////absolute/path")
        path = unquote(url.path[1:])
        if not path or path == ":memory:":
            raise ValueError("the URL names no file; write sqlite:///path/to/file.db")
        return cls(path=path)

    def endpoint(self) -> str:
        return str(Path(self.path).expanduser().absolute())
