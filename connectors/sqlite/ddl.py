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
class ForeignKey:
    """``deferred``: INITIALLY DEFERRED. SQLite itself defers such keys only."""

    name: str | None = None
    deferrable: bool = False
    deferred: bool = False


@dataclass
class Key:
    """A primary key or unique; ``columns`` as typed, which may be another case than the column's own."""

    name: str | None
    columns: tuple[str, ...]
    conflict: str | None = None


@dataclass
class TableDdl:
    """What was found; ``foreign_keys`` and ``keys`` in the order written. ``conflicts`` are those of NOT NULL, by
    column: ``ignore``, ``replace`` and so on."""

    checks: list[tuple[str | None, str]] = field(default_factory=list)
    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    autoincrement: str | None = None
    keys: list[Key] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    conflicts: dict[str, str] = field(default_factory=dict)


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
        following = piece[at + 1] if at + 1 < len(piece) else None
        if token.text == "(":
            at = _group(piece, at)[1]
            continue
        if word == "CONSTRAINT" and following:
            name, at = following.name, at + 2
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
        if word == "COLLATE" and column is not None and following:
            found.collations[column] = following.name
        elif word == "AUTOINCREMENT":
            found.autoincrement = column
        elif word in ("PRIMARY", "UNIQUE"):
            found.keys.append(_key(name, column, piece, at, found))
            name = None
        elif word == "NULL" and column is not None and at and piece[at - 1].word == "NOT":
            conflict = _conflict(piece, at + 1)
            if conflict:
                found.conflicts[column] = conflict
        elif word == "REFERENCES":
            found.foreign_keys.append(ForeignKey(name))
            name = None
        elif word == "DEFERRABLE" and found.foreign_keys:  # it means the key before, whatever stands between
            key = found.foreign_keys[-1]
            key.deferrable = piece[at - 1].word != "NOT"
            initially = [each.word for each in piece[at + 1 : at + 3]] == ["INITIALLY", "DEFERRED"]
            key.deferred = key.deferrable and initially
        at += 1


def _key(name: str | None, column: str | None, piece: list[Token], at: int, found: TableDdl) -> Key:
    """A primary key or unique that begins at ``at``; that of a table names its columns in brackets."""
    if column is not None:
        behind = next((end for end in range(at, len(piece)) if piece[end].word == "ON"), len(piece))
        gap = {each.word for each in piece[at + 1 : behind]} <= {"KEY", "ASC", "DESC"}
        return Key(name, (column,), _conflict(piece, behind) if gap else None)
    inside, behind = _group(piece, at)
    parts = [part for part in _pieces(inside) if part]
    for part in parts:
        if any(each.word == "AUTOINCREMENT" for each in part[1:]):
            found.autoincrement = part[0].name
    return Key(name, tuple(part[0].name for part in parts), _conflict(piece, behind))


def _conflict(piece: list[Token], at: int) -> str | None:
    """What ``ON CONFLICT`` at this place says, in lower case."""
    words = [each.word for each in piece[at : at + 3]]
    return words[2].lower() if words[:2] == ["ON", "CONFLICT"] and len(words) == 3 else None


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
