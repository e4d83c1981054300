"""What can be told of a statement that no parser reads: the relations behind FROM, JOIN, INTO and the like."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

WORD = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|$)|'(?:[^']|'')*(?:'|$)"
    r"|(\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]\n]*\]|[^\W\d][\w$#@]*|[#@][\w$#@]+)|(\d[\w.]*)|([^\w\s])",
    re.DOTALL,
)
READS = frozenset({"FROM", "JOIN"})
DECIDING = frozenset({"MERGE", "DELETE", "WITH"})
"""What says by USING which relation it reads; elsewhere that is a format, or a list of columns."""
NO_STATEMENTS = frozenset({"CONNECT", "ATTACH", "SET", "GRANT", "REVOKE"})
"""Commands in which such words stand before other things, passwords among them."""
WRITES = frozenset({"INTO", "UPDATE", "OVERWRITE", "TABLE", "VIEW", "MERGE"})
FILLS = frozenset({"TABLE", "IF", "NOT", "EXISTS", "ONLY", "INTO", "LATERAL", "OR", "REPLACE", "IGNORE"})
"""Words between one of the above and the name of the relation."""
NO_NAME = frozenset({"SELECT", "SET", "VALUES", "WHERE", "AS", "ON", "WITH", "UNNEST", "FLATTEN", "BY", "STATISTICS"})
OF_VALUES = frozenset({"EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION", "BTRIM", "LTRIM", "RTRIM"})
"""Functions whose arguments have a FROM of their own."""
WRITING = frozenset({"INSERT", "UPDATE", "MERGE", "CREATE", "DELETE", "REPLACE", "COPY", "WITH", "UPSERT"})
WORDS_LOOKED_AT = 200_000
"""Words that are looked at: what is named in a longer text stands at its beginning."""


class Guess(NamedTuple):
    """Names, in parts, as they are written."""

    target: tuple[str, ...] | None
    sources: tuple[tuple[str, ...], ...]


def guess(sql: str) -> Guess:
    """The relations that a text seems to write and read."""
    found_words = (found[1] or found[2] or found[3] for found in WORD.finditer(sql) if found.lastindex)
    said = list(islice(found_words, WORDS_LOOKED_AT))
    upper = [each.upper() for each in said]
    first = next((each for each in upper if each[:1].isalpha()), "")
    if first in NO_STATEMENTS:
        return Guess(None, ())
    own = {upper[at] for at in range(len(said) - 2) if upper[at + 1] == "AS" and said[at + 2] == "("}
    target: tuple[str, ...] | None = None
    sources: dict[tuple[str, ...], None] = {}
    brackets: list[str] = []
    for at, each in enumerate(upper):
        if each == "(":
            brackets.append(upper[at - 1] if at else "")
        elif each == ")" and brackets:
            brackets.pop()
        elif target is None and _written(each, first):
            target = _name(said, upper, at)
        elif (
            (each in READS or (each == "USING" and first in DECIDING))
            and not (brackets and brackets[-1] in OF_VALUES)
            and upper[at - 1 : at] != ["DISTINCT"]
        ):
            found = _name(said, upper, at, reads=True)
            if found is not None and not (len(found) == 1 and found[0].upper() in own):
                sources.setdefault(found)
    return Guess(target, tuple(each for each in sources if each != target or first == "INSERT"))


def _written(each: str, first: str) -> bool:
    return each in WRITES and first in WRITING if first != "DELETE" else each == "FROM"


def _name(said: list[str], upper: list[str], at: int, *, reads: bool = False) -> tuple[str, ...] | None:
    """The name behind a position. What is read and called with arguments is a function."""
    at += 1
    while at < len(said) and upper[at] in FILLS:
        at += 1
    parts: list[str] = []
    while at < len(said) and (said[at][0].isalpha() or said[at][0] in '_"`[#') and upper[at] not in NO_NAME:
        parts.append(said[at])
        at += 1
        if at >= len(said) or said[at] != ".":
            break
        at += 1
    called = reads and upper[at : at + 1] == ["("] and upper[at + 1 : at + 2] not in (["NOLOCK"], ["SELECT"])
    return None if called else tuple(parts) or None
