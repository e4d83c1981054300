"""Bodies of routines and other procedural texts: the statements in them, without what only controls the flow.

No grammar of a procedural language is needed for that: conditions and loops end with a word of their own (THEN, LOOP,
DO, BEGIN), and what follows it is a statement again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlglot.tokenizer_core import Token, TokenType

from connectors.common.sql.lineage.analysis.texts.words import STRINGS, Tokens, flat, word, words

ROUTINES = frozenset({"PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "EVENT", "TASK", "PACKAGE", "PIPE"})
STARTS = frozenset(
    {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "TRUNCATE", "COPY", "REPLACE"}
    | {"UNLOAD", "RENAME", "EXCHANGE", "USE", "FROM", "EXPORT", "CACHE", "LOAD", "SEL", "INS", "UPD", "DEL"}
)
"""Words with which a statement of data begins."""
PLAIN = STARTS - {"CREATE", "ALTER"}
"""Those that begin no routine."""
AMIDST = STARTS & {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "TRUNCATE"}
"""Those that also begin one behind other words: FETCH ... FROM, and functions called REPLACE or LOAD, do not."""
ENDS = frozenset({"THEN", "LOOP", "DO", "BEGIN", "ELSE", "REPEAT"})
CONDITIONS = frozenset({"IF", "ELSIF", "ELSEIF", "WHILE", "FOR", "WHEN", "FOREACH", "UNTIL", "CASE"})
LANGUAGES = frozenset({"", "SQL", "PLPGSQL", "PLSQL", "TSQL"})


class Body(NamedTuple):
    """A text inside of a text: the body of a routine, or a statement that is run as a string."""

    sql: str


class ChangesOf(NamedTuple):
    """The tokens of the name of the relation whose changes run what follows."""

    table: Tokens


Piece = Tokens | Body | ChangesOf


def pieces(tokens: Tokens) -> Iterator[Piece]:
    """The statements of one part of a text: itself, where it is no procedural text."""
    if word(tokens[0]) in PLAIN:
        yield tokens
        return
    said = words(tokens)
    start = 0
    if said[0] in ("CREATE", "ALTER") and (kind := _routine(said)):
        body = _string_body(tokens, said, kind)
        if body is not None:
            yield body
            return
        if said[kind] == "TRIGGER" and (table := _trigger_table(tokens, said, kind)):
            yield ChangesOf(table)
        start = _behind_header(said, kind)
    elif said[0] in ("DO", "EXECUTE", "EXEC") and (text := _text(tokens[1:6])) is not None:
        yield Body(text)
        return
    yield from _statements(tokens, said, start)


def is_routine(tokens: Tokens) -> bool:
    """Whether a part of a text begins a routine, whose statements follow in it and in the parts behind it."""
    said = words(tokens[:16])
    return said[0] in ("CREATE", "ALTER") and bool(_routine(said))


def _routine(said: list[str]) -> int:
    for position in range(1, min(len(said), 16)):
        if said[position] in ROUTINES:
            return position
        if said[position] in ("TABLE", "VIEW", "AS", "SELECT", "SCHEMA", "DATABASE", "INDEX", "TYPE", "AGGREGATE"):
            break
    return 0


def _is_text(token: Token) -> bool:
    """Whether a token is a text of several words."""
    return token.token_type in STRINGS and len(token.text.split(None, 1)) > 1


def _text(tokens: Tokens) -> str | None:
    return next((each.text for each in tokens if _is_text(each)), None)


def _string_body(tokens: Tokens, said: list[str], kind: int) -> Body | None:
    if not any(said[each] in ("AS", "IS") for each in range(kind, len(said))):
        return None
    language = next((said[each + 1] for each in range(kind, len(said) - 1) if said[each] == "LANGUAGE"), "")
    for position in range(kind, len(tokens)):
        if said[position - 1] in ("AS", "IS") and _is_text(tokens[position]):
            return Body(tokens[position].text if language in LANGUAGES else "")
    return None


def _trigger_table(tokens: Tokens, said: list[str], kind: int) -> Tokens:
    for position in flat(said, kind):
        if said[position] == "ON":
            end = position + 2
            while end + 1 < len(said) and said[end] == ".":
                end += 2
            return tokens[position + 1 : end]
    return ()


def _behind_header(said: list[str], kind: int) -> int:
    """Where the body of a routine begins."""
    for position in flat(said, kind + 2):
        each = said[position]
        if each == "BEGIN":
            return position
        if each in ("AS", "IS") and said[position + 1 : position + 2] != ["TABLE"]:
            return position + 1
        if said[kind] == "TRIGGER":
            if each == "ROW" and said[position - 1] == "EACH":
                return position + 1
        elif each in STARTS or (each == "DO" and said[kind] == "EVENT"):
            return position
    return len(said)


def _statements(tokens: Tokens, said: list[str], start: int) -> Iterator[Piece]:
    """A loop over what controls the flow, until a statement begins, which is all of the rest but for the condition of
    a loop."""
    controls = False
    while start < len(said):
        each = said[start]
        if each in STARTS or (each == "(" and said[start + 1 : start + 2] in (["SELECT"], ["WITH"], ["("])):
            end = next((at for at in flat(said, start) if said[at] in ("LOOP", "THEN", "DO")), 0) if controls else 0
            if not end:
                yield tokens[start:]
                return
            yield tokens[start:end]
            start, controls = end + 1, False
            continue
        if each == "DECLARE" and "TABLE" in said[start + 1 : start + 5]:  # a variable that is a table
            end = next(flat(said, said.index("TABLE", start) + 1), len(said))
            yield tokens[start:end]
            start = end
            continue
        if each == "PERFORM":  # a SELECT whose rows are dropped
            yield [Token(TokenType.SELECT, "SELECT", start=tokens[start].start), *tokens[start + 1 :]]
            return
        if each == "BEGIN" and said[start + 1 : start + 2] in (["TRAN"], ["TRANSACTION"], ["WORK"]):
            return
        if each in ("EXECUTE", "EXEC") and (
            text := next((t for t in tokens[start + 1 : start + 6] if _is_text(t)), None)
        ):
            yield Body(text.text)
            return
        if each in ENDS or each == "END":
            start += 1
            continue
        controls = each in CONDITIONS
        yield from _queries_in_brackets(tokens, said, start)
        start = _next(said, start + 1)


def _next(said: list[str], start: int) -> int:
    for position in flat(said, start):
        if said[position] in ENDS or said[position] in AMIDST:
            return position
    return len(said)


def _queries_in_brackets(tokens: Tokens, said: list[str], start: int) -> Iterator[Piece]:
    """Queries in the condition of IF and WHILE, in assignments, and in ``FOR row IN (...)``."""
    end = _next(said, start + 1)
    position = start
    while position < end:
        if said[position] == "(":
            close = _closing(said, position)
            if said[position + 1 : position + 2] in (["SELECT"], ["WITH"]):
                yield tokens[position : close + 1]
                position = close
        position += 1


def _closing(said: list[str], start: int) -> int:
    depth = 0
    for position in range(start, len(said)):
        depth += (said[position] == "(") - (said[position] == ")")
        if not depth:
            return position
    return len(said) - 1
