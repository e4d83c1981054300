"""UPDATE and DELETE: what the rows that change take from others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.expressions import origins_of
from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.queries.scope import FromItem, QueryScope
from connectors.common.sql.lineage.analysis.queries.sources import add_source, filter_by
from connectors.common.sql.lineage.analysis.relations import Derived, Origins, Output, Relation, gathered
from connectors.common.sql.lineage.analysis.writes.targets import Written
from specs.contracts.parts.statements import TableName

CHANGES_QUERIES = frozenset({"tsql", "fabric", "oracle"})
"""Dialects in which rows of a query of WITH are changed; elsewhere its name is there that of a relation."""
Assigned = tuple[exp.Column, Origins, exp.Expr]


def update(walk: QueryWalk, node: exp.Update, outer: QueryScope | None = None) -> list[Written]:
    """What UPDATE says of each relation that it assigns to: several where it joins them."""
    scope = QueryScope(outer, {})
    walk.declare(node, scope)
    if (rows := _query_of_rows(walk, node, scope)) is not None:
        return _through(walk, node, scope, rows)
    targets = _rows(walk, node, scope, [node.args.get("from_")])
    for join in node.args.get("joins") or ():
        add_source(walk, join.this, scope)
    found: dict[TableName, list[Output]] = {each: [] for each in targets[:1]}
    for column, origins, made in assignments(walk, node.expressions, scope):
        item = scope.source([walk.fold(each) for each in column.parts[:-1]]) if len(column.parts) > 1 else None
        named = item.table if item is not None and item.table in targets else targets[0] if targets else None
        if named is not None:
            plain = None if isinstance(made, exp.Column) else made
            found.setdefault(named, []).append(Output(walk.fold(column.this), origins, plain))
    for target, outputs in found.items() if len(found) > 1 else ():  # one that is changed is read for another one
        read = {table: None for output in outputs for table, _ in output.origins if table in found and table != target}
        walk.sources.update(read)
    return [Written("update", target, Derived(outputs)) for target, outputs in found.items()]


def delete(walk: QueryWalk, node: exp.Delete, outer: QueryScope | None = None) -> list[Written]:
    """What DELETE says: which relation loses rows, and which others decide that."""
    scope = QueryScope(outer, {})
    walk.declare(node, scope)
    using = node.args.get("using")
    if not node.this and node.args.get("tables"):  # many dialects let FROM out
        first, *rest = node.args["tables"]
        node.set("this", first)
        node.set("tables", rest)
    if (rows := _query_of_rows(walk, node, scope)) is not None:
        if (where := node.args.get("where")) is not None:
            filter_by(walk, where.this, scope)
        made_of = [table for origins in _all(rows.relation) for table, _ in origins]
        for table in made_of[:1]:
            walk.sources.pop(table, None)
        return [Written("delete", table) for table in made_of[:1]]
    targets = _rows(walk, node, scope, using if isinstance(using, list) else [])
    named = [scope.source([walk.fold(part) for part in each.parts]) for each in node.args.get("tables") or ()]
    chosen = [each.table for each in named if each is not None and each.table is not None] or targets[:1]
    for each in chosen:
        walk.sources.pop(each, None)
    return [Written("delete", each) for each in chosen]


def _query_of_rows(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> FromItem | None:
    """The query whose rows are changed, which stands in brackets or in WITH; ``None`` where a relation is named."""
    this = node.this
    named = isinstance(this, exp.Table) and isinstance(this.this, exp.Identifier) and not this.args.get("db")
    named = named and walk.session.dialect.name in CHANGES_QUERIES
    if not isinstance(this, exp.Subquery) and not (named and scope.cte(walk.fold(this.this)) is not None):
        return None
    add_source(walk, this, scope)
    return scope.sources[0]


def _through(walk: QueryWalk, node: exp.Update, scope: QueryScope, rows: FromItem) -> list[Written]:
    """UPDATE of the rows of a query changes the relations that the columns come from."""
    if (first := node.args.get("from_")) is not None:
        add_source(walk, first.this, scope)
    if (where := node.args.get("where")) is not None:
        filter_by(walk, where.this, scope)
    found: dict[TableName, list[Output]] = {}
    for column, origins, made in assignments(walk, node.expressions, scope):
        name = walk.fold(column.this)
        for table, each in rows.relation.find(name) or rows.relation.guess(name):
            found.setdefault(table, []).append(Output(each, origins, None if isinstance(made, exp.Column) else made))
    for table in found:
        walk.sources.pop(table, None)
    return [Written("update", target, Derived(outputs)) for target, outputs in found.items()]


def _all(relation: Relation) -> Iterator[Origins]:
    for output in relation.outputs():
        yield output.origins
    yield relation.guess("*")


def _rows(walk: QueryWalk, node: exp.Expr, scope: QueryScope, others: Iterable[exp.Expr | None]) -> list[TableName]:
    """Add the relation that is changed and those that are read beside it; the answer is what can be changed."""
    tables: list[TableName] = []
    before = dict(walk.sources)  # what WITH reads
    if isinstance(node.this, exp.Table):
        tables = list(changed(walk, node.this, scope))
    for each in others:
        if each is not None:
            add_source(walk, each.this if isinstance(each, exp.From) else each, scope)
    first = scope.sources[0] if tables else None
    for item in scope.sources[1:]:  # UPDATE alias ... FROM table AS alias: the alias is no relation of its own
        if first is not None and item.table is not None and first.alias in (item.alias, item.table.name):
            if item.alias != first.alias and item.table != first.table:
                continue
            scope.sources.remove(first)
            tables = [item.table]
            if item.table not in before and sum(each.table == item.table for each in scope.sources) == 1:
                walk.sources.pop(item.table, None)
            break
    if (where := node.args.get("where")) is not None:
        filter_by(walk, where.this, scope)
    return tables


def changed(walk: QueryWalk, node: exp.Table, scope: QueryScope) -> Iterator[TableName]:
    """Add a relation that is changed: it is no source of itself, but what is joined to it is one."""
    before = dict(walk.sources)
    joins = node.args.get("joins") or []
    add_source(walk, node, scope)
    first = scope.sources[0]
    if first.table is not None:
        target = walk.session.target(node)
        scope.sources[0] = FromItem(first.alias, first.relation, target)
        if target not in before:
            walk.sources.pop(target, None)
        yield target
    for item in scope.sources[1:] if joins else ():
        if item.table is not None:
            yield item.table


def assignments(walk: QueryWalk, expressions: Iterable[exp.Expr], scope: QueryScope) -> Iterator[Assigned]:
    """Each column of SET with what it gets; of ``(a, b) = (SELECT x, y)`` each gets its own."""
    for each in expressions:
        if not isinstance(each, exp.EQ | exp.PropertyEQ):
            continue
        left, right = each.this, each.expression
        if isinstance(left, exp.Column):
            yield left, origins_of(walk, right, scope), right
        elif isinstance(left, exp.Tuple | exp.Paren):
            columns = left.expressions if isinstance(left, exp.Tuple) else [left.this]
            if isinstance(right, exp.Query):
                values = [output.origins for output in walk.query(right, scope).outputs()]
            else:
                parts = right.expressions if isinstance(right, exp.Tuple) else [right]
                values = [origins_of(walk, part, scope) for part in parts]
            for column, origins in zip(columns, values, strict=False):
                if isinstance(column, exp.Column):
                    yield column, origins, right


def collected(assigned: Iterable[tuple[str, Origins, exp.Expr | None]]) -> Derived:
    """Columns that several branches assign to, each once."""
    found: dict[str, Output] = {}
    for name, origins, made in assigned:
        before = found.get(name)
        if before is not None:
            origins, made = gathered((before.origins, origins)), before.made or made
        found[name] = Output(name, origins, made)
    return Derived(list(found.values()))
