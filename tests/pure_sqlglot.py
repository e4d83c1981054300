"""Imports sqlglot's modules in Python where compiled ones are installed beside them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import FileFinder, ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType


class PureFinder(PathFinder):
    """Finds the sources of sqlglot only; what it does not find others do."""

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith("sqlglot.") or path is None:
            return None
        found = (FileFinder(folder, (SourceFileLoader, [".py"])).find_spec(name) for folder in path)
        return next((each for each in found if each is not None), None)


def install() -> None:
    """To be called before sqlglot is imported.

    Raises ``RuntimeError`` when it was imported already.
    """
    if "sqlglot" in sys.modules:
        raise RuntimeError("sqlglot was imported already")
    sys.meta_path.insert(0, PureFinder)
