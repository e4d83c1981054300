"""Clauses of one dialect that the parser does not know, and that say nothing of what is read or written."""

from __future__ import annotations

from sqlglot.tokenizer_core import Token

from connectors.common.sql.lineage.analysis.texts.words import Tokens, word, words

CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})


def without_clauses(tokens: Tokens, dialect: str) -> Tokens:
    """The tokens of a statement without such clauses."""
    if dialect in ("tsql", "fabric"):
        return _without_top(tokens)
    if dialect == "snowflake":
        return _without_format(tokens)
    if dialect in ("starrocks", "doris"):
        return _without_label(tokens)
    return tokens


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
