"""OUTPUT ... INTO of T-SQL: a change that keeps the rows that it changes in another relation."""

from __future__ import annotations

from sqlglot.tokenizer_core import Token, TokenType

from connectors.common.sql.lineage.analysis.texts.words import Tokens, flat, words

CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
BEHIND = frozenset({"FROM", "SELECT", "WHERE", "VALUES", "DEFAULT", "WITH", "EXEC", "EXECUTE"})
"""What follows OUTPUT where it keeps nothing."""
ROWS = frozenset({"INSERTED", "DELETED"})


def with_output(tokens: Tokens) -> tuple[Tokens, Tokens] | None:
    """The change without OUTPUT, and INSERT of what it keeps; ``None`` where it keeps nothing."""
    said = words(tokens)
    if "OUTPUT" not in said:
        return None
    level = list(flat(said))
    change = next((at for at in level if said[at] in CHANGES), len(said))
    output = next((at for at in level if at > change and said[at] == "OUTPUT"), len(said))
    into = next((at for at in level if at > output and (said[at] == "INTO" or said[at] in BEHIND)), len(said))
    if into + 1 >= len(said) or said[into] != "INTO":
        return None
    start = change + 1
    while said[start] in ("INTO", "FROM"):
        start += 1
    changed = _relation(tokens, said, start)
    end = _run(tokens, into + 1)
    if said[end : end + 1] == ["("]:
        end = next((at + 1 for at in range(end, len(said)) if said[at] == ")"), len(said))
    kept = [
        Token(TokenType.INSERT, "INSERT"),
        *tokens[into:end],
        Token(TokenType.SELECT, "SELECT"),
        *_items(tokens, said, output + 1, into),
        Token(TokenType.FROM, "FROM"),
        *changed,
    ]
    return [*tokens[:output], *tokens[end:]], kept


def _items(tokens: Tokens, said: list[str], start: int, end: int) -> list[Token]:
    """What is kept: of the rows before and after the change, which are those of the relation that is changed."""
    kept: list[Token] = []
    for at in range(start, end):
        if said[at].startswith("$"):
            kept.append(Token(TokenType.STRING, said[at]))
        elif not (said[at] in ROWS and said[at + 1] == ".") and not (said[at] == "." and said[at - 1] in ROWS):
            kept.append(tokens[at])
    return kept


def _relation(tokens: Tokens, said: list[str], start: int) -> Tokens:
    """The name of the relation that is changed, which FROM may say by way of an alias."""
    named = tokens[start : _run(tokens, start)]
    if len(named) != 1:
        return named
    for at in range(start + 2, len(tokens)):
        before = at - 1 if said[at - 1] == "AS" else at
        if tokens[at].text.lower() == named[0].text.lower() and said[before - 1] not in ("FROM", "JOIN", ",", "."):
            first = before - 1
            while first > start and tokens[first - 1].end + 1 == tokens[first].start and said[first - 1] != "(":
                first -= 1
            if said[first - 1] in ("FROM", "JOIN", ","):
                return tokens[first:before]
    return named


def _run(tokens: Tokens, start: int) -> int:
    """The position behind a name: nothing stands between its parts."""
    end = start + 1
    while end < len(tokens) and tokens[end - 1].end + 1 == tokens[end].start and tokens[end].text not in "(),;=":
        end += 1
    return end
