"""SQLAlchemy is imported from its top down.

A thread that begins with a part of it (``sqlalchemy.engine``) and one that begins with the whole wait for each other's
half; Python then hands one of them a module that is not finished, and the import fails.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("connectors", "workers", "scheduler", "specs")


def begun_below(text: str) -> Iterator[int]:
    """Yields the lines that import a part of SQLAlchemy although none before imports the whole."""
    whole = False
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        whole = whole or "sqlalchemy" in names
        if not whole and any(name.startswith("sqlalchemy.") for name in names):
            yield node.lineno


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_begins_with_a_part_of_sqlalchemy(package: str) -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sorted((ROOT / package).rglob("*.py"))
        if (lines := list(begun_below(path.read_text(encoding="utf-8"))))
    }
    assert found == {}, "import the whole first: from sqlalchemy import exc"


def test_what_the_rule_finds() -> None:
    assert list(begun_below("from sqlalchemy.engine import URL")) == [1]
    assert list(begun_below("def f():\n    import sqlalchemy.exc")) == [2]
    assert list(begun_below("from sqlalchemy import exc\nfrom sqlalchemy.engine import URL")) == []
