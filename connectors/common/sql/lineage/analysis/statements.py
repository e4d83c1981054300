"""One parsed statement: which kind it is, and who reads it."""

from __future__ import annotations

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.session import SqlSession
from connectors.common.sql.lineage.analysis.writes.creates import create, select_into
from connectors.common.sql.lineage.analysis.writes.inserts import insert
from connectors.common.sql.lineage.analysis.writes.targets import Written, positioned, told
from specs.contracts.parts.statements import StatementLineage, TableName


def read(session: SqlSession, node: exp.Expr, target: TableName | None = None) -> list[StatementLineage]:
    """What a statement says; several answers where it writes several relations."""
    walk = QueryWalk(session)
    if isinstance(node, exp.Query):
        return [told(walk, _query(walk, node, target))]
    if isinstance(node, exp.Create):
        written = create(walk, node)
        return [told(walk, written if target is None else written._replace(target=target))]
    if isinstance(node, exp.Insert):
        return [told(walk, insert(walk, node))]
    return [StatementLineage("other")]


def _query(walk: QueryWalk, node: exp.Expr, target: TableName | None) -> Written:
    if target is not None:
        names = walk.session.columns(target)
        return Written("create_view", target, positioned(walk.query(node, None), names))
    into = next((each for each in _first_selects(node) if each.args.get("into")), None)
    if into is not None:
        return select_into(walk, node, into.args["into"])
    return Written("select", None, walk.query(node, None))


def _first_selects(node: exp.Expr) -> list[exp.Expr]:
    while isinstance(node, exp.SetOperation | exp.Subquery):
        node = node.this
    return [node]
