"""What only the text of a CREATE statement tells: checks, collations, generated expressions, names of constraints.

SQLite has no catalog of these. Text that is not understood gives nothing; nothing is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<blank>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<text>'(?:[^']|'')*')
    |(?P<word>[^\W\d][\w$]*)
    |(?P<other>\d[\w.]*|.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The upper-case keyword that this may be, or an empty text."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """The identifier without its quotes."""
        if self.kind == "name" and self.text[0] == "[":
            return self.text[1:-1]
        if self.kind in ("name", "text"):
            return self.text[1:-1].replace(self.text[0] * 2, self.text[0])
        return self.text


@dataclass
class TableDdl:
    """What was found. ``foreign_keys`` are ``(name, deferrable)`` in the order written; ``keys`` are
    ``(name, columns)`` of primary keys and uniques that have a name."""

    checks: list[tuple[str | None, str]] = field(default_factory=list)
    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    autoincrement: str | None = None
    keys: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    foreign_keys: list[tuple[str | None, bool]] = field(default_factory=list)


def tokens(sql: str) -> list[Token]:
    found = [Token(m.lastgroup or "other", m[0], m.start(), m.end()) for m in _TOKEN.finditer(sql)]
    return [token for token in found if token.kind != "blank"]


def table(sql: str) -> TableDdl:
    """Read a CREATE TABLE statement."""
    found = TableDdl()
    for piece in _pieces(_group(tokens(sql), 0)[0]):
        named = piece[0].word if piece else ""
        if named in ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"):
            _constraints(sql, None, piece, found)
        elif piece:
            _constraints(sql, piece[0].name, piece[1:], found)
    return found


def index_parts(sql: str) -> tuple[list[str], str | None]:
    """The column texts of a CREATE INDEX statement and its predicate."""
    all_ = tokens(sql)
    on = next((at for at, token in enumerate(all_) if token.word == "ON"), len(all_))
    inside, behind = _group(all_, on)
    columns = [re.sub(r"(?i)\s+(asc|desc)$", "", _text(sql, piece)) for piece in _pieces(inside)]
    rest = all_[behind:]
    predicate = _text(sql, rest[1:]) if rest and rest[0].word == "WHERE" else None
    return columns, predicate


def trigger(sql: str) -> tuple[str, tuple[str, ...], str | None]:
    """Timing, events and WHEN condition of a CREATE TRIGGER statement."""
    head: list[Token] = []
    for token in tokens(sql):
        if token.word == "BEGIN":
            break
        head.append(token)
    words = [token.word for token in head]
    timing = "instead of" if "INSTEAD" in words else "after" if "AFTER" in words else "before"
    end = next((at for at, word in enumerate(words) if word == "ON"), len(words))
    events = tuple(word.lower() for word in words[:end] if word in ("INSERT", "UPDATE", "DELETE"))
    if "WHEN" not in words:
        return timing, events[:1], None
    return timing, events[:1], _text(sql, head[words.index("WHEN") + 1 :])


def _constraints(sql: str, column: str | None, piece: list[Token], found: TableDdl) -> None:
    """Read the constraints of a column or of the table; ``piece`` ends where they end."""
    name: str | None = None
    at = 0
    while at < len(piece):
        token, word = piece[at], piece[at].word
        if token.text == "(":
            at = _group(piece, at)[1]
            continue
        if word == "CONSTRAINT" and at + 1 < len(piece):
            name, at = piece[at + 1].name, at + 2
            continue
        if word == "CHECK":
            inside, at = _group(piece, at)
            found.checks.append((name, _text(sql, inside)))
            name = None
            continue
        if word == "AS" and column is not None:
            inside, at = _group(piece, at)
            found.generated[column] = _text(sql, inside)
            continue
        if word == "COLLATE" and column is not None and at + 1 < len(piece):
            found.collations[column] = piece[at + 1].name
        elif word == "AUTOINCREMENT":
            found.autoincrement = column
        elif word in ("PRIMARY", "UNIQUE"):
            if name is not None:
                inside = [] if column is not None else _group(piece, at)[0]
                columns = tuple(part[0].name for part in _pieces(inside) if part) or (column or "",)
                found.keys.append((name, columns))
            name = None
        elif word == "REFERENCES":
            deferrable = [each.word for each in piece[at:]]
            found.foreign_keys.append((name, "DEFERRABLE" in deferrable and "NOT" not in deferrable))
            name = None
        at += 1


def _group(all_: list[Token], at: int) -> tuple[list[Token], int]:
    """The tokens inside the first bracket from ``at`` on, and the position behind it."""
    while at < len(all_) and all_[at].text != "(":
        at += 1
    start, depth = at + 1, 0
    while at < len(all_):
        if all_[at].kind == "other":
            depth += (all_[at].text == "(") - (all_[at].text == ")")
            if depth == 0:
                return all_[start:at], at + 1
        at += 1
    return all_[start:], at


def _pieces(inside: list[Token]) -> Iterator[list[Token]]:
    piece: list[Token] = []
    depth = 0
    for token in inside:
        if token.kind == "other":
            depth += (token.text == "(") - (token.text == ")")
            if token.text == "," and depth == 0:
                yield piece
                piece = []
                continue
        piece.append(token)
    yield piece


def _text(sql: str, piece: list[Token]) -> str:
    return sql[piece[0].start : piece[-1].end] if piece else ""
