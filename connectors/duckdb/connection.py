"""How to reach a DuckDB file."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import SplitResult, parse_qsl, unquote

from pydantic import Field

from specs.config import ConnectionConfig, LocalFile
from specs.recipe.problems import nearest

_IGNORED = frozenset(
    {
        "access_mode", "read_only", "threads",
    }
)  # fmt: skip
"""Parameters of drivers, without a meaning here: the file is opened read-only in any case."""


class DuckdbConnection(ConnectionConfig):
    """A database file, opened read-only. It is never created.

    The database is called as DuckDB calls it, by the stem of the file: ``shop.duckdb`` is ``SERVICE.shop.main.orders``.
    DuckDB lets nobody read a file while another process writes to it. Views over other files are described as they
    were when they were made; the crawl does not read the files.
    """

    schemes: ClassVar[tuple[str, ...]] = ("duckdb",)

    path: LocalFile = Field(min_length=1, description="Path of the database file.")

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        """Build the config from ``duckdb:///PATH``. Raises ``ValueError`` for a URL with a host, without a path, or
        with an unknown parameter."""
        if url.netloc:
            raise ValueError("write duckdb:///relative/path or duckdb:////absolute/path")
        for key, _ in parse_qsl(url.query, keep_blank_values=True):
            if key not in _IGNORED:
                raise ValueError(f"unknown parameter {key!r} in the URL; {nearest(key, _IGNORED)}")
        path = unquote(url.path[1:])
        if not path or path == ":memory:":
            raise ValueError("the URL names no file; write duckdb:///path/to/file.duckdb")
        return cls(path=path)

    @classmethod
    def ignored(cls, url: SplitResult) -> tuple[str, ...]:
        return tuple(key for key, _ in parse_qsl(url.query, keep_blank_values=True) if key in _IGNORED)

    def endpoint(self) -> str:
        return str(Path(self.path).expanduser().absolute())
