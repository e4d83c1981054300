"""Databases that are files: looked at by their head before a driver opens them, never created, never read whole."""

from __future__ import annotations

from pathlib import Path

from specs.errors import Fatal


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
