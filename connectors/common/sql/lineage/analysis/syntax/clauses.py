"""Clauses of one dialect that the parser does not know, and that say nothing of what is read or written."""

from __future__ import annotations

from sqlglot.tokenizer_core import Token, TokenType

from connectors.common.sql.lineage.analysis.texts.words import Tokens, flat, word, words

CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})


def without_clauses(tokens: Tokens, dialect: str) -> Tokens:
    """The tokens of a statement without such clauses."""
    if dialect in ("tsql", "fabric"):
        return _without_top(tokens)
    if dialect == "snowflake":
        return _without_format(tokens)
    if dialect in ("starrocks", "doris"):
        return _without_label(tokens)
    if dialect in ("databricks", "spark"):
        evolves = words(tokens[:4]) == ["MERGE", "WITH", "SCHEMA", "EVOLUTION"]
        return [tokens[0], *tokens[4:]] if evolves else tokens
    if dialect in ("oracle", "sqlite", "postgres"):
        return _without_choices(tokens)
    return tokens


def _without_choices(tokens: Tokens) -> Tokens:
    """The tokens without what decides which rows are kept: ``OVERRIDING USER VALUE`` of PostgreSQL, ``OR IGNORE``
    behind UPDATE of SQLite, and ``DELETE WHERE`` in MERGE of Oracle."""
    first = word(tokens[0])
    if first not in ("INSERT", "WITH", "UPDATE", "MERGE"):
        return tokens
    said = words(tokens)
    if first == "UPDATE" and said[1:2] == ["OR"]:
        return [tokens[0], *tokens[3:]]
    if first == "UPDATE" and said[1:2] == ["("]:
        return _with_rows(tokens, said)
    if first == "MERGE":
        return _without_deletes(tokens, said)
    at = next((each for each in flat(said) if said[each] == "OVERRIDING" and said[each + 2 : each + 3] == ["VALUE"]), 0)
    return [*tokens[:at], *tokens[at + 3 :]] if at else tokens


def _with_rows(tokens: Tokens, said: list[str]) -> Tokens:
    """UPDATE of a query in brackets as UPDATE of one in WITH, which the parser knows."""
    end = next(flat(said, 1), len(said))
    name = Token(TokenType.IDENTIFIER, "rows of a query")
    declared = [Token(TokenType.WITH, "WITH"), name, Token(TokenType.ALIAS, "AS"), *tokens[1:end]]
    return [*declared, tokens[0], name, *tokens[end:]]


def _without_deletes(tokens: Tokens, said: list[str]) -> Tokens:
    kept: list[Token] = []
    deletes = False
    for at in range(len(said)):
        if said[at] == "DELETE" and said[at + 1 : at + 2] == ["WHERE"]:
            deletes = True
        elif said[at] == "WHEN":
            deletes = False
        if not deletes:
            kept.append(tokens[at])
    return kept


def _without_top(tokens: Tokens) -> list[Token]:
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


def _without_format(tokens: Tokens) -> list[Token]:
    """The tokens of COPY without ``FILE_FORMAT = schema.name``, which names no relation."""
    said = words(tokens)
    at = next((each for each in range(len(said) - 3) if said[each : each + 2] == ["FILE_FORMAT", "="]), len(said))
    end = at + 3
    while said[end : end + 1] == ["."]:
        end += 2
    return list(tokens) if said[0] != "COPY" or end == at + 3 else [*tokens[:at], *tokens[end:]]


def _without_label(tokens: Tokens) -> list[Token]:
    """The tokens without WITH LABEL and its name, which StarRocks and Doris give to what INSERT loads."""
    said = words(tokens)
    at = next((each for each in range(len(said) - 2) if said[each : each + 2] == ["WITH", "LABEL"]), len(said))
    return [*tokens[:at], *tokens[at + 3 :]]
