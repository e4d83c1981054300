"""Reads native type text of any dialect into the normalised type, its measures, labels and nested fields.

Any text gives a result; no error is raised. A type that is not understood is ``OTHER``.

>>> parse("decimal(20,2) unsigned").type.value, parse("decimal(20,2)").precision, parse("decimal(20,2)").scale
('decimal', 20, 2)
>>> [(field.name, field.native_type) for field in parse("STRUCT<a:int,b:array<string>>").children]
[('a', 'int'), ('b', 'array<string>')]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from connectors.common.sql.types.values import DEEP, OTHER, ParsedType, scalar, unquote
from connectors.common.sql.types.words import LISTS, MODIFIERS, PAIRS, SECOND, STRUCTS, WRAPPERS
from specs.entities.database.tables import Column, DataType

__all__ = ["ParsedType", "parse"]

MAX_DEPTH = 64
"""Levels of nested types that are parsed; deeper ones stay text, because JSON parsers limit the depth of their
input."""
MAX_LENGTH = 262_144
"""Most characters of a type's text that are parsed."""
_CACHED = 4096

_TOKENS = r"""\s*(?:(?P<word>[^\W\d][\w$.-]*(?:\."(?:[^"]|"")*")?)
    |(?P<quoted>(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`)(?:\.[\w$]+|\."(?:[^"]|"")*")*)
    |(?P<text>'(?:LABEL|'')*')|(?P<number>[-+]?\d+)|(?P<mark>\S))"""
_PLAIN = re.compile(_TOKENS.replace("LABEL", "[^']"), re.VERBOSE | re.DOTALL)
_ESCAPED = re.compile(_TOKENS.replace("LABEL", r"[^'\\]|\\."), re.VERBOSE | re.DOTALL)
_CLOSERS = {"(": ")", "<": ">", "[": "]"}
_ENDS = {",", ")", ">", "]"}


def parse(native: str, *, escapes: bool = False) -> ParsedType:
    """Understand ``native``; cached for texts of ordinary length.

    ``escapes``: a backslash inside a quoted label begins an escape (MySQL, MariaDB, ClickHouse, Hive), and is resolved.
    Everywhere else it is a character like any other.

    >>> [len(parse("enum('a" + chr(92) + "nb')", escapes=each).values[0]) for each in (False, True)]
    [4, 3]
    """
    return _cached(native, escapes) if len(native) <= _CACHED else _parse(native, escapes)


def forget() -> int:
    """Drop what is cached; returns how many types that were."""
    known = _cached.cache_info().currsize
    _cached.cache_clear()
    return known


def _parse(native: str, escapes: bool) -> ParsedType:
    if len(native) > MAX_LENGTH:
        return OTHER
    return _Parser(native, escapes).type(0).parsed


_cached = lru_cache(maxsize=4096)(_parse)


@dataclass(slots=True)
class _Read:
    """One type that was read: ``text`` is its own text without modifiers."""

    parsed: ParsedType
    text: str
    nullable: bool = True
    comment: str | None = None


class _Parser:
    def __init__(self, text: str, escapes: bool) -> None:
        self.source, self.escapes = text, escapes
        found = (_ESCAPED if escapes else _PLAIN).finditer(text)
        self.tokens = [(m.lastgroup or "", m[m.lastgroup or 0], m.start(m.lastgroup or 0), m.end()) for m in found]
        self.at = 0

    def peek(self, ahead: int = 0) -> tuple[str, str, int, int]:
        at = self.at + ahead
        end = len(self.source)
        return self.tokens[at] if at < len(self.tokens) else ("end", "", end, end)

    # -- one type: words, arguments, more words, array marks ------------------------------------------------------
    def type(self, depth: int) -> _Read:
        start = end = self.peek()[2]
        words: list[str] = []
        parsed: ParsedType | None = None
        arguments: list[tuple[str, str]] | None = None
        tail: list[str] = []
        comment: str | None = None
        while True:
            kind, text, _, stop = self.peek()
            if kind == "end" or (kind == "mark" and text in _ENDS):
                break
            if kind == "mark" and text in _CLOSERS:
                if tail:
                    self.skip(text)
                elif text == "[":
                    self.skip(text)
                    end = self.tokens[self.at - 1][3]
                    inner = parsed or scalar(words, arguments, self.escapes)
                    parsed, arguments = self._array(inner, self.source[start:stop].rstrip("[ "), depth), None
                elif parsed is None and arguments is None:
                    parsed, arguments = self.group(_base(words), text, depth)
                    end = self.tokens[self.at - 1][3]
                else:
                    self.skip(text)
                    end = self.tokens[self.at - 1][3]
                continue
            self.at += 1
            lower = "tinyint" if text == "Int8" else text.lower()  # ClickHouse's one-byte Int8 is not SQL's int8
            if tail or (lower in MODIFIERS and words):
                if kind == "text" and tail and tail[-1] == "comment":
                    comment = unquote(text, self.escapes)
                tail.append(lower)
                continue
            if lower == "array" and words and kind == "word":  # SQL's ``integer ARRAY``
                inner = parsed or scalar(words, arguments, self.escapes)
                parsed, arguments = self._array(inner, self.source[start:end], depth), None
                if self.peek()[1] == "[":
                    self.skip("[")
                    stop = self.tokens[self.at - 1][3]
            elif kind in ("word", "quoted"):
                words.append(lower if kind == "word" else text)
            end = stop
        nullable = not ("not" in tail and "null" in tail)
        return _Read(parsed or scalar(words, arguments, self.escapes), self.source[start:end], nullable, comment)

    def _array(self, inner: ParsedType, text: str, depth: int) -> ParsedType:
        if depth + _height(inner) >= MAX_DEPTH or inner is DEEP:
            return DEEP
        return ParsedType(DataType.ARRAY, children=(_column("element", 1, _Read(inner, text.strip())),))

    def skip(self, opener: str) -> None:
        """Pass over a bracket and everything in it."""
        depth = 0
        while self.at < len(self.tokens):
            kind, text, _, _ = self.tokens[self.at]
            self.at += 1
            if kind == "mark":
                depth += (text == opener) - (text == _CLOSERS[opener])
                if depth == 0:
                    return

    # -- what stands in brackets ----------------------------------------------------------------------------------
    def group(self, base: str, opener: str, depth: int) -> tuple[ParsedType | None, list[tuple[str, str]] | None]:
        """The arguments behind ``base``: a complete nested type, or plain arguments for ``_scalar``."""
        nested = base in STRUCTS or (base in LISTS and not (base == "variant" and opener == "["))
        if not nested and opener == "(":
            return None, self.plain()
        if depth >= MAX_DEPTH:
            self.skip(opener)
            return OTHER, None
        self.at += 1
        parts: list[tuple[str, _Read]] = []
        while True:
            kind, text, _, _ = self.peek()
            if kind == "end":
                break
            if kind == "mark" and text in _ENDS:
                self.at += 1
                if text == ",":
                    continue
                break
            name = self.name() if base in STRUCTS else ""
            parts.append((name, self.type(depth + 1)))
        return _nested(base, parts), None

    def name(self) -> str:
        """The name of the next field, or an empty one when it has none."""
        first, second = self.peek(), self.peek(1)
        ahead = 0
        while self.peek(ahead)[0] != "end" and self.peek(ahead)[1] not in (":", ",", "<", "(", ")", ">", "["):
            ahead += 1
        if self.peek(ahead)[1] == ":":
            raw = self.source[first[2] : self.peek(ahead)[2]].strip()
            self.at += ahead + 1
            return unquote(raw)
        if first[0] not in ("word", "quoted") or second[0] not in ("word", "quoted"):
            return ""
        pair = (first[1].lower(), second[1].lower())
        if first[0] == "word" and (pair in PAIRS or (pair[1] in SECOND and second[0] == "word" and self._unnamed())):
            return ""
        self.at += 1
        return unquote(first[1])

    def _unnamed(self) -> bool:
        """``array`` as a second word is a type when arguments follow it: ``tags ARRAY<INT64>``."""
        return not (self.peek(1)[1].lower() == "array" and self.peek(2)[1] in ("<", "("))

    def plain(self) -> list[tuple[str, str]]:
        """Arguments that are no types: numbers, labels, words."""
        self.at += 1
        found: list[tuple[str, str]] = []
        depth = 0
        while self.at < len(self.tokens):
            kind, text, _, _ = self.tokens[self.at]
            self.at += 1
            if kind == "mark" and text == "(":
                depth += 1
            elif kind == "mark" and text == ")":
                if depth == 0:
                    break
                depth -= 1
            elif depth == 0 and kind != "mark":
                found.append((kind, text))
        return found


def _base(words: list[str]) -> str:
    return " ".join(words[-1:] if words[:1] == ["setof"] else words)


def _nested(base: str, parts: list[tuple[str, _Read]]) -> ParsedType:
    if base in WRAPPERS:
        return parts[0][1].parsed if parts else OTHER
    if base in ("array", "list", "multiset"):
        return ParsedType(DataType.ARRAY, children=_columns([("element", read) for _, read in parts[:1]]))
    if base == "map":
        return ParsedType(
            DataType.MAP, children=_columns(list(zip(("key", "value"), (r for _, r in parts), strict=False)))
        )
    if base == "range":
        return ParsedType(DataType.RANGE, children=_columns([("element", read) for _, read in parts[:1]]))
    fields = _columns(parts)
    if base == "nested":
        inner = _Read(ParsedType(DataType.STRUCT, children=fields), "Tuple")
        return ParsedType(DataType.ARRAY, children=_columns([("element", inner)]))
    if base in ("union", "uniontype", "variant"):
        return ParsedType(DataType.UNION, children=fields)
    if base in STRUCTS:
        return ParsedType(DataType.STRUCT, children=fields)
    return OTHER


def _columns(parts: list[tuple[str, _Read]]) -> tuple[Column, ...]:
    return tuple(_column(name or str(at), at, read) for at, (name, read) in enumerate(parts, 1))


def _column(name: str, ordinal: int, read: _Read) -> Column:
    parsed = read.parsed
    return Column(
        name=name,
        native_type=read.text,
        type=parsed.type,
        ordinal=ordinal,
        length=parsed.length,
        precision=parsed.precision,
        scale=parsed.scale,
        nullable=read.nullable,
        comment=read.comment,
        values=parsed.values,
        children=parsed.children,
    )


def _height(parsed: ParsedType) -> int:
    height, level = 0, parsed.children
    while level:
        height, level = height + 1, level[0].children
    return height
