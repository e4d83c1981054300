"""The result of parsing a type, and the meaning of types without fields: words and plain arguments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.common.sql.types.words import LENGTHS, PRECISIONS, SCALARS, SHORTHANDS, STRUCTS
from specs.entities.database.tables import Column, DataType


@dataclass(frozen=True, slots=True)
class ParsedType:
    """``length`` in characters or bytes as the source counts; ``values`` are the labels of an enum or set;
    ``children`` the fields of a struct or union, the ``element`` of an array, ``key`` and ``value`` of a map."""

    type: DataType = DataType.OTHER
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    values: tuple[str, ...] = ()
    children: tuple[Column, ...] = ()


OTHER = ParsedType()
DEEP = ParsedType(DataType.ARRAY)
"""An array of too many dimensions to take apart."""


def scalar(words: list[str], arguments: list[tuple[str, str]] | None, escapes: bool = False) -> ParsedType:
    """The meaning of words and plain arguments: the longest known run of words from the front decides."""
    if words and words[0] == '"char"':
        return ParsedType(DataType.CHAR, length=1)
    names = [word.rsplit(".", 1)[-1] for word in words[:1]] + words[1:]
    names = names[1:] if names[:1] == ["setof"] else names
    for count in range(min(len(names), 5), 0, -1):
        base = " ".join(names[:count])
        if base in SCALARS:
            return _measured(SCALARS[base], base, arguments or [], escapes)
    base = " ".join(names[:1])
    plain = {"array": DataType.ARRAY, "list": DataType.ARRAY, "map": DataType.MAP, "object": DataType.STRUCT}
    return ParsedType(plain.get(base, DataType.STRUCT if base in STRUCTS - {"union"} else DataType.OTHER))


def _measured(type_: DataType, base: str, arguments: list[tuple[str, str]], escapes: bool) -> ParsedType:
    numbers = [int(text) for kind, text in arguments if kind == "number" and len(text) < 19]
    if type_ in (DataType.ENUM, DataType.SET):
        return ParsedType(type_, values=tuple(unquote(text, escapes) for kind, text in arguments if kind == "text"))
    if not numbers:
        return ParsedType(type_)
    if base in SHORTHANDS:
        return ParsedType(type_, precision=SHORTHANDS[base], scale=numbers[0])
    if type_ in LENGTHS:
        return ParsedType(type_, length=numbers[-1])
    if type_ not in PRECISIONS:
        return ParsedType(type_)
    scale = numbers[1] if len(numbers) > 1 else (0 if type_ is DataType.DECIMAL else None)
    if base == "float" and len(numbers) == 1 and numbers[0] > 24:
        type_ = DataType.DOUBLE
    return ParsedType(type_, precision=numbers[0], scale=scale)


def unquote(text: str, escapes: bool = False) -> str:
    """A quoted name or string without its quotes; anything else as it is. ``escapes``: resolve backslashes, too."""
    quote = text[:1]
    if len(text) < 2 or quote not in "\"'`" or text[-1] != quote:
        return text
    if escapes and quote == "'":
        return _ESCAPE.sub(lambda found: _MEANINGS.get(found[1], found[1]), text[1:-1])
    return text[1:-1].replace(quote * 2, quote)


_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_MEANINGS = {None: "'", "0": "\0", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
"""What follows a backslash; ``None`` is a doubled quote."""
