"""Tokens of SQL as words: what a keyword is, and what is inside of brackets or CASE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlglot.tokenizer_core import Token, TokenType

STRINGS = frozenset({TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING})
OPERATORS = frozenset({TokenType.PLUS, TokenType.DASH, TokenType.STAR, TokenType.SLASH, TokenType.MOD})
NO_NAMES = frozenset({"(", "INTO", "VIEW", "TABLE", "MACRO", "PROCEDURE", "FUNCTION", "TRIGGER", "TYPE"})
"""What behind REPLACE does not begin the name of a relation whose rows are replaced."""
ROWLESS = frozenset({
    "ACCESS", "AGGREGATE", "CAST", "COLLATION", "CONVERSION", "DATABASE", "DOMAIN", "EXTENSION", "FOREIGN", "GROUP",
    "LANGUAGE", "OPERATOR", "POLICY", "PUBLICATION", "ROLE", "SERVER", "STATISTICS", "SUBSCRIPTION", "TABLESPACE",
    "TEXT", "TRANSFORM", "USER",
})  # fmt: skip
"""What CREATE may make that holds no rows and moves none, or, as foreign tables, none that a query yields."""
_MODIFIERS = frozenset({"DEFAULT", "OR", "PROCEDURAL", "REPLACE", "TRUSTED"})
Tokens = Sequence[Token]


def word(token: Token) -> str:
    """The token as a keyword would be written; nothing for texts and quoted names."""
    kind = token.token_type
    return "" if kind in STRINGS or kind == TokenType.IDENTIFIER else token.text.upper()


def words(tokens: Tokens) -> list[str]:
    """All tokens as words."""
    return [
        "" if each.token_type in STRINGS or each.token_type == TokenType.IDENTIFIER else each.text.upper()
        for each in tokens
    ]


def rowless(tokens: Tokens) -> bool:
    """Whether a statement creates something through which no data flows: an extension, a role, an operator."""
    said = [each for each in words(tokens[:6]) if each not in _MODIFIERS]
    return said[:1] == ["CREATE"] and len(said) > 1 and (said[1] in ROWLESS or said[1:3] == ["EVENT", "TRIGGER"])


def joined(tokens: Tokens, *, rows: bool = False) -> list[Token]:
    """The tokens as the parser knows them: ``+=`` and the like as ``=``, since what a column is set to is what counts,
    REPLACE as INSERT, and Teradata's DATABASE as USE. ``rows``: ``:NEW`` and ``:OLD`` are the rows of a
    trigger."""
    kinds = [token.token_type for token in tokens]
    changed = rows or TokenType.REPLACE in kinds or word(tokens[0]) == "DATABASE"
    if not changed and not any(one in OPERATORS and other == TokenType.EQ for one, other in pairwise(kinds)):
        return list(tokens)
    kept: list[Token] = []
    for token in tokens:
        if kept and token.token_type == TokenType.INTO and kept[-1].token_type == TokenType.REPLACE:
            kept[-1] = Token(TokenType.INSERT, kept[-1].text, start=kept[-1].start, end=kept[-1].end)
        if rows and kept and kept[-1].token_type == TokenType.COLON and token.text.upper() in ("NEW", "OLD"):
            kept.pop()
        if not kept and token.token_type == TokenType.REPLACE and _named(tokens):
            token = Token(TokenType.INSERT, token.text, start=token.start, end=token.end)
        if not kept and word(token) == "DATABASE":
            token = Token(TokenType.USE, "USE", start=token.start, end=token.end)
        before = kept[-1] if kept and token.token_type == TokenType.EQ else None
        if before is not None and before.token_type in OPERATORS and before.end + 1 == token.start:
            kept.pop()
        kept.append(token)
    return kept


def _named(tokens: Tokens) -> bool:
    """Whether a name follows the first token."""
    return len(tokens) > 1 and (not word(tokens[1]) or word(tokens[1]) not in NO_NAMES)


def flat(said: Sequence[str], start: int = 0) -> Iterator[int]:
    """The positions of the words that stand in no brackets and in no CASE, from ``start`` on."""
    depth = cases = 0
    for position in range(start, len(said)):
        each = said[position]
        if each == "(":
            depth += 1
        elif each == ")":
            depth -= 1
        elif each == "CASE" and depth <= 0 and not (position and said[position - 1] == "END"):
            cases += 1
        elif each == "END" and cases and depth <= 0:
            cases -= 1
        elif depth <= 0 and not cases:
            yield position
