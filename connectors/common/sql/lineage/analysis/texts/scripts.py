"""Scripts come apart into statements: at semicolons, and where a dialect needs none, at the words that begin one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot.tokenizer_core import TokenType

from connectors.common.sql.lineage.analysis.texts.words import Tokens, words

DELIMITER = re.compile(r"^[ \t]*delimiter[ \t]+(\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
OWN_LINE = frozenset({"GO", "Go", "gO", "go", "/"})
"""What ends a batch when it is all of a line, in T-SQL and Oracle's scripts."""
MAIN = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "SELECT"})
BEGINS = MAIN | {
    *(
        "CREATE",
        "DROP",
        "ALTER",
        "TRUNCATE",
        "DECLARE",
        "SET",
        "EXEC",
        "EXECUTE",
        "IF",
        "ELSE",
        "WHILE",
        "BEGIN",
        "END",
    ),
    *("PRINT", "RETURN", "RAISERROR", "THROW", "USE", "WITH", "COMMIT", "ROLLBACK", "FETCH", "OPEN", "CLOSE"),
    *("DEALLOCATE", "WAITFOR"),
}
GOES_ON = frozenset(
    ("UNION", "ALL", "EXCEPT", "INTERSECT", "AS", "(", ",", "FOR", "ON", "THEN", "AFTER", "OF", "INSTEAD", "OR")
)
"""Words behind which a word that could begin a statement belongs to the one before."""


def with_semicolons(sql: str) -> str:
    """The text with semicolons in place of what the client's command DELIMITER chose."""
    found = DELIMITER.search(sql)
    while found is not None:
        rest = sql[found.end() :]
        following = DELIMITER.search(rest)
        end = following.start() if following else len(rest)
        part = rest[:end] if found[1] == ";" else rest[:end].replace(found[1], ";")
        sql = sql[: found.start()] + part + rest[end:]
        found = DELIMITER.search(sql)
    return sql


def chunks(tokens: Tokens) -> Iterator[Tokens]:
    """The parts between semicolons and ends of batches, without the empty ones."""
    start = 0
    for position, token in enumerate(tokens):
        ends = token.token_type == TokenType.SEMICOLON
        if not ends and token.text in OWN_LINE:
            before = tokens[position - 1].line if position else 0
            behind = tokens[position + 1].line if position + 1 < len(tokens) else token.line + 1
            ends = before < token.line < behind
        if ends:
            if position > start:
                yield tokens[start:position]
            start = position + 1
    if start < len(tokens):
        yield tokens[start:]


def loose(tokens: Tokens) -> list[Tokens]:
    """Statements that nothing separates, as T-SQL allows it."""
    said = words(tokens)
    starts = [0]
    kind, complete = said[0], said[0] not in ("INSERT", "WITH")
    depth = cases = 0
    for position, each in enumerate(said):
        depth += (each == "(") - (each == ")")
        if each == "CASE":
            cases += 1
        elif each == "END" and cases:
            cases -= 1
            continue
        if not position or depth or cases or each not in BEGINS:
            continue
        if not complete and each in (*MAIN, "EXEC", "EXECUTE"):
            kind, complete = (each if kind == "WITH" else kind), not (kind == "WITH" and each == "INSERT")
            continue
        if _belongs(said, position, kind):
            continue
        starts.append(position)
        kind, complete = each, each not in ("INSERT", "WITH")
    return [tokens[start:end] for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True)]


def _belongs(said: list[str], position: int, kind: str) -> bool:
    each, before = said[position], said[position - 1]
    behind = said[position + 1] if position + 1 < len(said) else ""
    if before in GOES_ON or (each == "WITH" and behind == "("):
        return True
    if kind == "MERGE":
        return each in ("INSERT", "UPDATE", "DELETE", "SET")
    if each == "SET":
        return kind == "UPDATE" and before != ")" and "SET" not in said[_last(said, position, "UPDATE") : position]
    if each == "IF":
        return kind in ("DROP", "CREATE") and behind in ("EXISTS", "NOT")
    return each == "FETCH" and before in ("ROW", "ROWS")


def _last(said: list[str], position: int, wanted: str) -> int:
    while position and said[position] != wanted:
        position -= 1
    return position
