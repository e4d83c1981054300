"""One change at a time: what does the next crawl say of it?

``changes.sql`` beside a connector's tests, or ``changes/*.sql`` one after the other where there are many, has the kinds
of change that its database knows. Before the statements
of each stands a line that names it and says what a crawl then shows, as ``differences`` writes it:

    -- column default: Table t: columns
    ALTER TABLE t ALTER a SET DEFAULT 5;

A kind shows as exactly one change of one object, unless it touches several (``;`` between them). One that goes unseen
shows nothing, and ``docs/catalog.md`` says why. ``{CR}`` is a carriage return.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from specs.sources.base import Source
from specs.testing import harvest

DOCS = Path(__file__).parents[1] / "docs" / "catalog.md"
_HEAD = re.compile(r"^-- (?P<name>[^:\n]+)(?:: (?P<shows>.*))?$", re.MULTILINE)

State = Mapping[tuple[str, str], str]
"""Content by entity type and FQN."""


@dataclass(frozen=True)
class Change:
    """``statements`` make it, ``shows`` is what a crawl says then."""

    name: str
    statements: tuple[str, ...]
    shows: tuple[str, ...]


def load(beside: str) -> tuple[tuple[str, ...], list[Change]]:
    """The statements of ``setup``, and the changes in their order, that stand beside a test module.

    Raises ``ValueError`` when they do not begin with ``setup``, or a kind is named twice.
    """
    one = Path(beside).with_name("changes.sql")
    files = [one] if one.is_file() else sorted(one.with_suffix("").glob("*.sql"))
    found = [change for file in files for change in _changes(file.read_text(encoding="utf-8"))]
    if found[0].name != "setup" or len({each.name for each in found}) < len(found):
        raise ValueError("changes.sql begins with setup, and names no kind twice")
    return found[0].statements, found[1:]


def _changes(text: str) -> Iterator[Change]:
    heads = list(_HEAD.finditer(text))
    for head, end in zip(heads, [*(each.start() for each in heads[1:]), len(text)], strict=True):
        statements = [part.strip() for part in re.split(r";$", text[head.end() : end], flags=re.MULTILINE)]
        shows = head["shows"].split("; ") if head["shows"] else ()
        yield Change(head["name"], tuple(part.replace("{CR}", "\r") for part in statements if part), tuple(shows))


def state(make: Callable[[], Source]) -> State:
    """Everything that a crawl yields now."""
    found = harvest.entities(make)
    return {(event.entity.type_name(), event.entity.fqn): event.entity.content() for event in found}


def differences(before: State, after: State, below: str) -> list[str]:
    """``+Table a``, ``-Trigger a.b`` and ``Table a: comment, columns`` by FQN without its beginning ``below``."""
    lines = []
    for type_, fqn in sorted({*before, *after}, key=lambda key: (key[1], key[0])):
        here = f"{type_} {fqn.removeprefix(below).lstrip('.')}".strip()
        old, new = before.get((type_, fqn)), after.get((type_, fqn))
        if old is None:
            lines.append(f"+{here}")
        elif new is None:
            lines.append(f"-{here}")
        elif old != new:
            was, is_ = json.loads(old), json.loads(new)
            fields = sorted(field for field in {*was, *is_} if was.get(field) != is_.get(field) and field != "ddl")
            lines.append(f"{here}: {', '.join(fields or ['ddl'])}")
    return lines


def check(
    source: str, changes: Iterable[Change], execute: Callable[[str], object], make: Callable[[], Source], below: str
) -> None:
    """Make all ``changes`` of ``source`` (as the docs call it). Raises ``AssertionError`` with every kind that shows as
    something else, and with unseen ones that the docs do not name."""
    wrong: list[str] = []
    documented = _unseen(source)
    named: set[str] = set()
    before = state(make)
    for each in changes:
        for statement in each.statements:
            execute(statement)
        after = state(make)
        found = differences(before, after, below)
        if found != list(each.shows):
            wrong.append(f"{each.name}: {found} instead of {list(each.shows)}")
        if not each.shows:
            named.add(each.name)
        before = after
    if named != documented:
        wrong.append(
            f"docs/catalog.md says of {source} that these go unseen: {sorted(documented)}, not {sorted(named)}"
        )
    assert not wrong, "\n".join(wrong)


def _unseen(source: str) -> set[str]:
    """The kinds that the table of what goes unseen has for a source."""
    rows = [line.split("|") for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return {row[2].strip() for row in rows if len(row) == 5 and row[1].strip() == source}
