"""Tokens of SQL as words: what a keyword is, and what is inside of brackets or CASE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token, TokenType

STRINGS = frozenset({TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING})
OPERATORS = frozenset({TokenType.PLUS, TokenType.DASH, TokenType.STAR, TokenType.SLASH, TokenType.MOD})
CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
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


def joined(tokens: Tokens, *, rows: bool = False) -> list[Token]:
    """The tokens as the parser knows them: ``+=`` and the like as ``=``, since what a column is set to is what counts,
    REPLACE INTO as INSERT INTO, and Teradata's DATABASE as USE. ``rows``: ``:NEW`` and ``:OLD`` are the rows of a
    trigger."""
    kept: list[Token] = []
    for token in tokens:
        if kept and token.token_type == TokenType.INTO and kept[-1].token_type == TokenType.REPLACE:
            kept[-1] = Token(TokenType.INSERT, kept[-1].text, start=kept[-1].start, end=kept[-1].end)
        if rows and kept and kept[-1].token_type == TokenType.COLON and token.text.upper() in ("NEW", "OLD"):
            kept.pop()
        if not kept and word(token) == "DATABASE":
            token = Token(TokenType.USE, "USE", start=token.start, end=token.end)
        before = kept[-1] if kept and token.token_type == TokenType.EQ else None
        if before is not None and before.token_type in OPERATORS and before.end + 1 == token.start:
            kept.pop()
        kept.append(token)
    return kept


def without_top(tokens: Tokens) -> list[Token]:
    """The tokens without TOP (...) behind INSERT, UPDATE and DELETE, where the parser does not know it: how many rows
    are changed says nothing of what they are made of."""
    kept: list[Token] = []
    depth = 0
    for position, token in enumerate(tokens):
        said = word(token)
        if said == "TOP" and kept and word(kept[-1]) in CHANGES and words(tokens[position + 1 : position + 2]) == ["("]:
            depth = -1  # its bracket follows
            continue
        if depth:
            depth = max(depth, 0) + (said == "(") - (said == ")")
            continue
        if said != "PERCENT" or not kept or word(kept[-1]) not in CHANGES:
            kept.append(token)
    return kept


def without_label(tokens: Tokens) -> list[Token]:
    """The tokens without WITH LABEL and its name, which StarRocks and Doris give to what INSERT loads."""
    said = words(tokens)
    at = next((each for each in range(len(said) - 2) if said[each : each + 2] == ["WITH", "LABEL"]), len(said))
    return [*tokens[:at], *tokens[at + 3 :]]


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
