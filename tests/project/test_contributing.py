"""CONTRIBUTING.md names files that exist, commands that ``make`` has, and people find it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PLACES = re.compile(r"(?<![\w./])(?:\.?\w[\w.]*/)+[\w.]*|(?<![\w./])\w+\.(?:md|toml)\b")
"""Paths from the root: what has a slash in it, and the pages and settings that lie there."""
ANY = re.compile(r"\b(?:NAME|ROOM)\b")
"""Words that stand for a name: the path that they are in is that of something that is there already."""
GENERATED = (".venv/",)


def _missing(text: str) -> list[str]:
    """The paths that the code of a page names and that are not there."""
    code = re.findall(r"^```.*?^```|`[^`\n]+`", text, re.MULTILINE | re.DOTALL)
    named = sorted({path for each in code for path in PLACES.findall(each) if not path.startswith(GENERATED)})
    return [path for path in named if next(ROOT.glob(ANY.sub("*", path).rstrip("/")), None) is None]


def test_every_path_that_it_names_exists() -> None:
    assert _missing(TEXT) == []


@pytest.mark.parametrize("path", ["connectors/NAME/nothing.py", "specs/nothing/", "NOTHING.md", "nothing.toml"])
def test_a_path_that_is_not_there_is_found(path: str) -> None:
    assert _missing(f"Write `{path}`, then `specs/names.py` and `connectors/NAME/metadata.py`.") == [path]


def test_every_target_of_make_is_there() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z-]+)", TEXT)) <= set(targets)


@pytest.mark.parametrize("page", ["README.md", "docs/connectors.md", "docs/architecture.md"])
def test_people_find_it(page: str) -> None:
    assert re.search(r"\]\((?:\.\./)?CONTRIBUTING\.md[)#]", (ROOT / page).read_text(encoding="utf-8"))
