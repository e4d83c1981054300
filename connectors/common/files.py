"""Databases that are files: looked at by their head before a driver opens them, never created, never read whole."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import SplitResult, parse_qsl, unquote

from pydantic import Field

from specs.config import ConnectionConfig, LocalFile
from specs.errors import Fatal
from specs.recipe.problems import nearest


class FileConnection(ConnectionConfig):
    """A database file. The first of ``schemes`` is what messages about URLs show."""

    suffix: ClassVar[str]
    """How such files are called: ``.db``."""
    parameters: ClassVar[frozenset[str]]
    """Parameters of drivers, without a meaning here: the file is opened read-only in any case."""

    path: LocalFile = Field(min_length=1, description="Path of the database file.")

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        """Build the config from ``sqlite:///PATH``. Raises ``ValueError`` for a URL with a host, without a path, or
        with an unknown parameter."""
        scheme = cls.schemes[0]
        if url.netloc:
            raise ValueError(f"write {scheme}:///relative/path or {scheme}:////absolute/path")
        for key, _ in parse_qsl(url.query, keep_blank_values=True):
            if key not in cls.parameters:
                raise ValueError(f"unknown parameter {key!r} in the URL; {nearest(key, cls.parameters)}")
        path = cls.named(unquote(url.path[1:]))
        if not path or path == ":memory:":
            raise ValueError(f"the URL names no file; write {scheme}:///path/to/file{cls.suffix}")
        return cls(path=path)

    @classmethod
    def named(cls, text: str) -> str:
        """The path in what a URL has in its place."""
        return text

    @classmethod
    def ignored(cls, url: SplitResult) -> tuple[str, ...]:
        return tuple(key for key, _ in parse_qsl(url.query, keep_blank_values=True) if key in cls.parameters)

    def endpoint(self) -> str:
        return str(Path(self.path).expanduser().absolute())


def head(path: Path, size: int) -> bytes:
    """The first ``size`` bytes of a file. Raises ``Fatal`` when there is none, it cannot be read, or it is empty."""
    where = str(path)
    try:
        if not path.is_file():
            what = "the path is not a file" if path.exists() else "there is no such file"
            raise Fatal(what, where, "check the path; a database is never created", reason="missing")
        with path.open("rb") as file:
            found = file.read(size)
    except OSError as error:
        raise Fatal(f"cannot read the file: {error.strerror}", where, "check its rights", reason="denied") from None
    if not found:
        what = "the file is empty: 0 bytes are no database, and no proof that its tables are gone"
        raise Fatal(what, where, "restore it, or check the path", reason="empty")
    return found
