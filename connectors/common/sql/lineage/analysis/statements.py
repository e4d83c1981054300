"""One parsed statement: which kind it is, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.queries.scope import QueryScope
from connectors.common.sql.lineage.analysis.relations import Derived
from connectors.common.sql.lineage.analysis.session import SqlSession
from connectors.common.sql.lineage.analysis.writes.creates import create, declared, select_into
from connectors.common.sql.lineage.analysis.writes.inserts import copied, exported, insert, insert_many, loaded
from connectors.common.sql.lineage.analysis.writes.merges import merge_into
from connectors.common.sql.lineage.analysis.writes.renames import altered, chosen, dropped, moved, used
from connectors.common.sql.lineage.analysis.writes.targets import Written, positioned, told
from connectors.common.sql.lineage.analysis.writes.updates import delete, update
from specs.contracts.parts.statements import StatementLineage, TableName

CHANGES = frozenset({"update", "merge", "delete", "copy"})


def read(
    session: SqlSession, node: exp.Expr, target: TableName | None = None, outer: QueryScope | None = None
) -> list[StatementLineage]:
    """What a statement says; several answers where it writes several relations."""
    walk = QueryWalk(session)
    found = [told(walk, _kept(walk, each)) for each in list(_written(walk, node, target, outer))]
    for inner, scope in walk.modifying:  # INSERT and the like inside of WITH
        found += [_with_sources(each) for each in read(session, inner, outer=scope)]
    return found or [StatementLineage("other")]


def _kept(walk: QueryWalk, written: Written) -> Written:
    """What is changed, which is kept for the statements behind it when it lives as long as the session."""
    target = written.target
    if target is None or written.kind not in CHANGES or not walk.session.is_temporary(target):
        return written
    if written.kind != "delete":
        walk.session.change(target, written.columns or Derived([]), walk.sources)
    return written._replace(temporary=True)


def _with_sources(told: StatementLineage) -> StatementLineage:
    """With the relations that its columns come from by way of queries around it."""
    made_of = [source.table for column in told.columns for source in column.sources if source.table != told.target]
    return told._replace(sources=tuple(dict.fromkeys((*told.sources, *made_of))))


def _written(
    walk: QueryWalk, node: exp.Expr, target: TableName | None, outer: QueryScope | None = None
) -> Iterator[Written]:
    if isinstance(node, exp.Query):
        yield _query(walk, node, target)
    elif isinstance(node, exp.Create):
        written = create(walk, node)
        yield written if target is None else written._replace(target=target)
    elif isinstance(node, exp.Cache):
        temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
        yield create(walk, exp.Create(this=node.this, kind="VIEW", expression=node.expression, properties=temporary))
    elif isinstance(node, exp.Insert):
        yield insert(walk, node, outer)
    elif isinstance(node, exp.MultitableInserts):
        yield from insert_many(walk, node)
    elif isinstance(node, exp.Merge):
        yield merge_into(walk, node)
    elif isinstance(node, exp.Update):
        yield from update(walk, node, outer)
    elif isinstance(node, exp.Delete):
        yield from delete(walk, node, outer)
    elif isinstance(node, exp.Pivot):  # DuckDB's statement; its new columns are values of the table
        walk.incomplete = True
        walk.query(node.this, None)
        yield Written("select")
    elif isinstance(node, exp.Copy):
        yield copied(walk, node)
    elif isinstance(node, exp.LoadData):
        yield loaded(walk, node)
    elif isinstance(node, exp.Export):
        yield exported(walk, node)
    else:
        yield from _names(walk, node)


def _names(walk: QueryWalk, node: exp.Expr) -> Iterator[Written]:
    if isinstance(node, exp.Alter):
        yield from altered(walk, node)
    elif isinstance(node, exp.Drop):
        yield from dropped(walk, node)
    elif isinstance(node, exp.Declare):
        declared(walk, node)
    elif isinstance(node, exp.Use):
        used(walk, node)
    elif isinstance(node, exp.Set):
        chosen(walk, node)


def _query(walk: QueryWalk, node: exp.Expr, target: TableName | None) -> Written:
    if target is not None:
        names = walk.session.columns(target)
        return Written("create_view", target, positioned(walk.query(node, None), names))
    into = _first(node).args.get("into")
    if into is not None and not walk.session.in_routine:
        return select_into(walk, node, into)
    if isinstance(node, exp.Select) and (written := moved(walk, node)) is not None:
        return written
    return Written("select", None, walk.query(node, None))


def _first(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.SetOperation | exp.Subquery):
        node = node.this
    return node
