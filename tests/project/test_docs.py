"""The documentation says what the code does: generated pages are current, links lead somewhere, names are explained."""

from __future__ import annotations

from pathlib import Path

from scheduler.cli.cli import COMMANDS
from scripts import docs

ROOT = Path(__file__).parents[2]


def test_generated_pages_are_current() -> None:
    stale = [
        str(path)
        for path, text in docs.generated().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: make docs"


def test_every_link_leads_somewhere() -> None:
    assert list(docs.broken_links()) == []


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").glob("*.md"))]
    assert [page for page in pages if f"]({page})" not in readme] == []


def test_every_command_is_explained_by_hand() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"headrace {name}" not in page] == []


def test_anchors_are_spelled_as_hosts_spell_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `code` heading, twice!\n\n```\n# not one\n```\n", encoding="utf-8")
    assert docs.anchors(page) == {"a-code-heading-twice"}
