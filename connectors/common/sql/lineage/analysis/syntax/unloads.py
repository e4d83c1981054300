"""Queries that are written into files by words of one dialect: which query, and where to."""

from __future__ import annotations

from connectors.common.sql.lineage.analysis.texts.words import STRINGS, Tokens, flat, words

QUERIES = frozenset({"SELECT", "WITH", "FROM", "VALUES", "TABLE", "MAP", "REDUCE"})


def unloaded(sql: str, tokens: Tokens) -> tuple[str, str] | None:
    """The text of a query, and the place that it is written into; ``None`` for another statement."""
    said = words(tokens)
    if said[0] == "UNLOAD":
        return _unload(sql, tokens, said)
    if said[0] == "INSERT" and "DIRECTORY" in said[:4]:
        return _directory(sql, tokens, said)
    if said[0] in ("SELECT", "WITH"):
        return _outfile(sql, tokens, said)
    return None


def _unload(sql: str, tokens: Tokens, said: list[str]) -> tuple[str, str] | None:
    """Redshift has the query as a text in brackets, Athena as it is."""
    to = next((at for at in flat(said) if said[at] == "TO"), 0)
    if not to or said[1:2] != ["("]:
        return None
    query = tokens[2].text if tokens[2].token_type in STRINGS else _between(sql, tokens[2 : to - 1])
    return query, tokens[to + 1].text if to + 1 < len(tokens) else ""


def _directory(sql: str, tokens: Tokens, said: list[str]) -> tuple[str, str] | None:
    """``INSERT OVERWRITE DIRECTORY '/x' USING parquet SELECT ...`` of Spark and Hive; the place may be an option."""
    begins = next((at for at in flat(said) if said[at] in QUERIES), 0)
    place = next((each.text for each in tokens[:begins] if each.token_type in STRINGS), "")
    named = [at for at in range(begins - 1) if tokens[at].text.strip("'\"`").lower() == "path"]
    if named:
        place = next((each.text for each in tokens[named[0] + 1 : begins] if each.token_type in STRINGS), place)
    return (_between(sql, tokens[begins:]), place) if begins and place else None


def _outfile(sql: str, tokens: Tokens, said: list[str]) -> tuple[str, str] | None:
    """``SELECT ... INTO OUTFILE '/x' ... FROM`` of MySQL, which may stand at the end as well."""
    at = next((at for at in flat(said) if said[at] == "INTO" and said[at + 1 : at + 2] in WORDS_OF_FILES), 0)
    if not at or at + 2 >= len(tokens):
        return None
    rest = next((each for each in flat(said, at) if said[each] == "FROM"), len(tokens))
    return f"{_between(sql, tokens[:at])} {_between(sql, tokens[rest:])}", tokens[at + 2].text


WORDS_OF_FILES = (["OUTFILE"], ["DUMPFILE"])


def _between(sql: str, tokens: Tokens) -> str:
    return sql[tokens[0].start : tokens[-1].end + 1] if tokens else ""
