"""What only the text of a CREATE statement tells: checks, collations, generated expressions, names of constraints.

SQLite has no catalog of these. Text that is not understood gives nothing; nothing is raised.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from connectors.common.sql.ddl import Token, group, pieces, text, tokens


@dataclass
class ForeignKey:
    """``deferred``: INITIALLY DEFERRED. SQLite itself defers such keys only."""

    name: str | None = None
    deferrable: bool = False
    deferred: bool = False


@dataclass
class Key:
    """``kind`` is ``primary_key`` or ``unique``; ``columns`` as typed, which may be another case than the column's
    own."""

    kind: str
    name: str | None
    columns: tuple[str, ...]
    conflict: str | None = None


@dataclass
class SqliteTableDdl:
    """What was found; ``foreign_keys`` and ``keys`` in the order written. ``not_null`` are ``(column, name, what to do
    in a conflict)`` of those that have a name or say what to do."""

    checks: list[tuple[str | None, str]] = field(default_factory=list)
    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    autoincrement: str | None = None
    keys: list[Key] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    not_null: list[tuple[str, str | None, str | None]] = field(default_factory=list)


def table(sql: str) -> SqliteTableDdl:
    """Read a CREATE TABLE statement."""
    found = SqliteTableDdl()
    for piece in pieces(group(tokens(sql), 0)[0]):
        named = piece[0].word if piece else ""
        if named in ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"):
            _constraints(sql, None, piece, found)
        elif piece:
            _constraints(sql, piece[0].name, piece[1:], found)
    return found


class TriggerDdl(NamedTuple):
    timing: str
    events: tuple[str, ...]
    columns: tuple[str, ...]
    condition: str | None


def trigger(sql: str) -> TriggerDdl:
    """Timing, event, columns of UPDATE OF, and WHEN condition of a CREATE TRIGGER statement."""
    head: list[Token] = []
    for token in tokens(sql):
        if token.word == "BEGIN":
            break
        head.append(token)
    words = [token.word for token in head]
    timing = "instead of" if "INSTEAD" in words else "after" if "AFTER" in words else "before"
    end = next((at for at, word in enumerate(words) if word == "ON"), len(words))
    events = tuple(word.lower() for word in words[:end] if word in ("INSERT", "UPDATE", "DELETE"))
    of = next((at for at in range(1, end) if words[at] == "OF" and words[at - 1] == "UPDATE"), end)
    columns = tuple(piece[0].name for piece in pieces(head[of + 1 : end]) if piece)
    condition = text(sql, head[words.index("WHEN") + 1 :]) if "WHEN" in words else None
    return TriggerDdl(timing, events[:1], columns, condition)


def _constraints(sql: str, column: str | None, piece: list[Token], found: SqliteTableDdl) -> None:
    """Read the constraints of a column or of the table; ``piece`` ends where they end."""
    name: str | None = None
    at = 0
    while at < len(piece):
        token, word = piece[at], piece[at].word
        following = piece[at + 1] if at + 1 < len(piece) else None
        if token.text == "(":
            at = group(piece, at)[1]
            continue
        if word == "CONSTRAINT" and following:
            name, at = following.name, at + 2
            continue
        if word == "CHECK":
            inside, at = group(piece, at)
            found.checks.append((name, text(sql, inside)))
            name = None
            continue
        if word == "AS" and column is not None:
            inside, at = group(piece, at)
            found.generated[column] = text(sql, inside)
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
            if conflict or name:
                found.not_null.append((column, name, conflict))
            name = None
        elif word == "REFERENCES":
            found.foreign_keys.append(ForeignKey(name))
            name = None
        elif word == "DEFERRABLE" and found.foreign_keys:  # it means the key before, whatever stands between
            key = found.foreign_keys[-1]
            key.deferrable = piece[at - 1].word != "NOT"
            initially = [each.word for each in piece[at + 1 : at + 3]] == ["INITIALLY", "DEFERRED"]
            key.deferred = key.deferrable and initially
        at += 1


def _key(name: str | None, column: str | None, piece: list[Token], at: int, found: SqliteTableDdl) -> Key:
    """A primary key or unique that begins at ``at``; that of a table names its columns in brackets."""
    kind = "unique" if piece[at].word == "UNIQUE" else "primary_key"
    if column is not None:
        behind = next((end for end in range(at, len(piece)) if piece[end].word == "ON"), len(piece))
        gap = {each.word for each in piece[at + 1 : behind]} <= {"KEY", "ASC", "DESC"}
        return Key(kind, name, (column,), _conflict(piece, behind) if gap else None)
    inside, behind = group(piece, at)
    parts = [part for part in pieces(inside) if part]
    for part in parts:
        if any(each.word == "AUTOINCREMENT" for each in part[1:]):
            found.autoincrement = part[0].name
    return Key(kind, name, tuple(part[0].name for part in parts), _conflict(piece, behind))


def _conflict(piece: list[Token], at: int) -> str | None:
    """What ``ON CONFLICT`` at this place says, in lower case."""
    words = [each.word for each in piece[at : at + 3]]
    return words[2].lower() if words[:2] == ["ON", "CONFLICT"] and len(words) == 3 else None
