"""CREATE with clauses that the parser does not know: name, columns and query are found, the rest is passed over."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from connectors.common.sql.lineage.analysis.texts.words import Tokens, flat, words

TAILS = (
    ("WITH", "CHECK", "OPTION"),
    ("WITH", "LOCAL", "CHECK", "OPTION"),
    ("WITH", "CASCADED", "CHECK", "OPTION"),
    ("WITH", "READ", "ONLY"),
    ("WITH", "DATA"),
    ("WITH", "NO", "DATA"),
    ("WITH", "NO", "SCHEMA", "BINDING"),
)
"""What may stand behind the query."""
CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "INDEX", "KEY"})
"""Words that begin what is no column in a list of columns."""


def defined(tokens: Tokens) -> tuple[exp.Create, Tokens] | None:
    """CREATE without its query, and the tokens of the query; ``None`` where there is no query."""
    said = words(tokens)
    kind = next((at for at in range(min(len(said), 12)) if said[at] in ("VIEW", "TABLE")), None)
    if said[0] not in ("CREATE", "REPLACE", "ALTER") or kind is None:
        return None
    at = kind + 1
    while at < len(said) and said[at] in ("IF", "NOT", "EXISTS"):
        at += 1
    parts: list[exp.Identifier] = []
    while at < len(said):
        parts.append(exp.Identifier(this=tokens[at].text, quoted=tokens[at].token_type == TokenType.IDENTIFIER))
        at += 1
        if at >= len(said) or said[at] != ".":
            break
        at += 1
    query = next((each for each in flat(said, at) if said[each] == "AS" and _begins(said, each + 1)), None)
    if not parts or query is None:
        return None
    made: exp.Expr = exp.Table(
        this=parts[-1], db=parts[-2] if len(parts) > 1 else None, catalog=parts[-3] if len(parts) > 2 else None
    )
    if said[at] == "(":
        made = exp.Schema(this=made, expressions=_columns(tokens, said, at))
    end = next((len(said) - len(tail) for tail in TAILS if tuple(said[-len(tail) :]) == tail), len(said))
    temporary = [exp.TemporaryProperty()] if {"TEMP", "TEMPORARY", "VOLATILE"} & set(said[:kind]) else []
    create = exp.Create(this=made, kind=said[kind], properties=exp.Properties(expressions=temporary))
    return create, tokens[query + 1 : end]


def recursive(create: exp.Create, query: exp.Expr) -> exp.Expr:
    """The query of CREATE RECURSIVE VIEW, which names the view itself."""
    listed = create.this.expressions if isinstance(create.this, exp.Schema) else []
    name = create.find(exp.Table)
    own = name.this if name is not None else None
    cte = exp.CTE(this=query, alias=exp.TableAlias(this=own, columns=[each.copy() for each in listed]))
    names = exp.From(this=exp.Table(this=own))
    return exp.Select(expressions=[exp.Star()], from_=names, with_=exp.With(expressions=[cte], recursive=True))


def _begins(said: list[str], at: int) -> bool:
    while at < len(said) and said[at] == "(":
        at += 1
    return said[at : at + 1] in (["SELECT"], ["WITH"], ["FROM"], ["VALUES"])


def _columns(tokens: Tokens, said: list[str], at: int) -> list[exp.Identifier]:
    found = []
    depth = 0
    for position in range(at, len(said)):
        depth += (said[position] == "(") - (said[position] == ")")
        if not depth:
            break
        if depth == 1 and said[position] in ("(", ","):
            token = tokens[position + 1]
            if said[position + 1] in CONSTRAINTS and said[position + 2] not in (",", ")"):
                continue
            found.append(exp.Identifier(this=token.text, quoted=token.token_type == TokenType.IDENTIFIER))
    return found
