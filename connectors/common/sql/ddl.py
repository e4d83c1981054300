"""SQL text split into words, names and brackets, for facts that a source gives in its DDL only.

Any text gives tokens; no error is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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


def tokens(sql: str) -> list[Token]:
    """All tokens but blanks and comments."""
    found = [Token(m.lastgroup or "other", m[0], m.start(), m.end()) for m in _TOKEN.finditer(sql)]
    return [token for token in found if token.kind != "blank"]


def group(all_: list[Token], at: int) -> tuple[list[Token], int]:
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


def pieces(inside: list[Token]) -> Iterator[list[Token]]:
    """The groups of tokens between commas; commas inside brackets do not count."""
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


def text(sql: str, piece: list[Token]) -> str:
    """The text from the first of these tokens to the last."""
    return sql[piece[0].start : piece[-1].end] if piece else ""


def index_parts(sql: str) -> tuple[list[str], str | None]:
    """The column texts of a CREATE INDEX statement and its predicate."""
    all_ = tokens(sql)
    on = next((at for at, token in enumerate(all_) if token.word == "ON"), len(all_))
    inside, behind = group(all_, on)
    columns = [re.sub(r"(?i)\s+(asc|desc)$", "", text(sql, piece)) for piece in pieces(inside)]
    rest = all_[behind:]
    predicate = text(sql, rest[1:]) if rest and rest[0].word == "WHERE" else None
    return columns, predicate
