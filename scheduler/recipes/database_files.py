"""Database files as input, recognised by their first bytes instead of their names: ``headrace crawl own.db``."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from specs.recipe.secrets import escape

_SIGNS = {"sqlite": (0, b"SQLite format 3\0"), "duckdb": (8, b"DUCK")}
"""``(offset in bytes, sign)`` by type of file."""


def recognised(path: Path) -> str | None:
    """The connector for a database file; ``None`` for every other file, and for a path that is no readable file."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            head = os.read(stream.fileno(), 64)
    except OSError:
        return None
    return next((type_ for type_, (at, sign) in _SIGNS.items() if head[at : at + len(sign)] == sign), None)


def recipe(path: Path, type_: str, name: str | None) -> dict[str, Any]:
    """The data of a recipe for a database file; without ``name``, the service is named after the file."""
    stem = re.sub(r"\W+", "_", path.stem).strip("_") or type_
    called = name or (stem if type_ == "sqlite" else f"{type_}_{stem}")
    return {"service": {"name": called, "type": type_}, "connection": {"path": escape(str(path))}}
