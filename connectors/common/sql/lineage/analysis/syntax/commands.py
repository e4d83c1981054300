"""Statements whose syntax the parser keeps as a text: those that move rows or names between relations."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from connectors.common.sql.lineage.analysis.texts.words import STRINGS, Tokens, words

MOVES = (("WITH", "TABLE"), ("APPEND", "FROM"), ("SWITCH", "TO"))
"""Words in ALTER TABLE between the relation that is altered and the other one."""


def understood(tokens: Tokens) -> list[exp.Expr]:
    """The statements that say the same and can be read; none where nothing is moved or renamed."""
    said = words(tokens)
    if said[:2] == ["RENAME", "TABLE"] or said[:2] == ["RENAME", "TABLES"]:
        pairs = _pairs(tokens, said, 2, "TO")
        return [exp.Alter(this=old, kind="TABLE", actions=[exp.AlterRename(this=new)]) for old, new in pairs]
    if said[:2] in (["EXCHANGE", "TABLES"], ["EXCHANGE", "TABLE"]):
        pairs = _pairs(tokens, said, 2, "AND")
        return [exp.Alter(this=old, kind="TABLE", actions=[exp.SwapTable(this=new)]) for old, new in pairs]
    if said[:2] == ["LOAD", "DATA"] and "TABLE" in said:
        filled, _ = _table(tokens, said, said.index("TABLE") + 1)
        place = next((each.text for each in tokens if each.token_type in STRINGS), "")
        return [exp.LoadData(this=filled, inpath=exp.Literal.string(place))]
    if said[0] in ("EXPORT", "IMPORT"):
        return _exchanged(tokens, said)
    if said[:2] == ["ALTER", "TABLE"]:
        return _moved(tokens, said)
    if said[0] == "CREATE" and "STREAM" in said[:4] and "ON" in said:  # Snowflake: the changes of a relation
        made, _ = _table(tokens, said, said.index("STREAM") + 1)
        model, _ = _table(tokens, said, said.index("ON") + (3 if "EXTERNAL" in said else 2))
        return [exp.Create(this=made, kind="TABLE", clone=exp.Clone(this=model))]
    if said[0] == "CREATE" and "TABLE" in said[:4] and "CLONE" in said:
        made, _ = _table(tokens, said, said.index("TABLE") + 1)
        model, _ = _table(tokens, said, said.index("CLONE") + 1)
        return [exp.Create(this=made, kind="TABLE", clone=exp.Clone(this=model))]
    return []


def _exchanged(tokens: Tokens, said: list[str]) -> list[exp.Expr]:
    """EXPORT TABLE and IMPORT TABLE of Hive."""
    at = said.index("TABLE") if "TABLE" in said[:3] else 0
    place = next((each.text for each in tokens if each.token_type in STRINGS and each.text), "")
    if not at or not place:
        return []
    table, _ = _table(tokens, said, at + 1)
    address = exp.Literal.string(place)
    if said[0] == "IMPORT":
        return [exp.LoadData(this=table, inpath=address)]
    uri = exp.Properties(expressions=[exp.Property(this=exp.var("uri"), value=address)])
    return [exp.Export(this=exp.Select(expressions=[exp.Star()], from_=exp.From(this=table)), options=uri)]


def _moved(tokens: Tokens, said: list[str]) -> list[exp.Expr]:
    altered, _ = _table(tokens, said, 2)
    for at in range(3, len(said) - 1):
        if (said[at], said[at + 1]) in MOVES or (said[at] == "FROM" and "REPLACE" in said[:at]):
            other, _ = _table(tokens, said, at + (1 if said[at] == "FROM" else 2))
            one, two = (other, altered) if said[at] == "SWITCH" else (altered, other)
            return [exp.Insert(this=one, expression=exp.Select(expressions=[exp.Star()], from_=exp.From(this=two)))]
    return []


def _pairs(tokens: Tokens, said: list[str], at: int, between: str) -> Iterator[tuple[exp.Table, exp.Table]]:
    while at < len(said):
        old, at = _table(tokens, said, at)
        if at >= len(said) or said[at] != between:
            return
        new, at = _table(tokens, said, at + 1)
        yield old, new
        at += 1


def _table(tokens: Tokens, said: list[str], at: int) -> tuple[exp.Table, int]:
    """The relation that is named at a position, and the position behind it."""
    while at < len(said) and said[at] in ("IF", "NOT", "EXISTS", "ONLY"):
        at += 1
    parts = [tokens[at].text] if at < len(said) else [""]
    at += 1
    while at + 1 < len(said) and said[at] == ".":
        parts.append(tokens[at + 1].text)
        at += 2
    names = [exp.Identifier(this=each, quoted=False) for each in parts]
    db = names[-2] if len(names) > 1 else None
    return exp.Table(this=names[-1], db=db, catalog=names[-3] if len(names) > 2 else None), at
