"""What an expression is made of: the columns in it, with what becomes of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.scope import QueryScope
from connectors.common.sql.lineage.analysis.queries.walk import Walk
from connectors.common.sql.lineage.analysis.relations import Origins, Relation, gathered, merge

if TYPE_CHECKING:
    from specs.entities.lineage import Transformation

PLAIN = (exp.Alias, exp.Paren)
"""What leaves a value as it is."""
DICTIONARY = re.compile(r"dict(get|has|isin)", re.IGNORECASE)
"""Functions of ClickHouse whose first argument is the name of a dictionary, not a column."""
METHODS = frozenset({"value", "query", "exist", "nodes"})
"""What T-SQL asks of a column that is XML."""


def origins_of(walk: Walk, node: exp.Expr, scope: QueryScope) -> Origins:
    """All columns in an expression. A subquery in it counts with what it yields; what it filters by is a filter."""
    into: Origins = {}
    stack: list[tuple[exp.Expr, Transformation]] = [(node, "identity")]
    while stack:
        each, so_far = stack.pop()
        if isinstance(each, exp.Column):
            merge(into, column_origins(walk, each, scope), so_far)
        elif isinstance(each, exp.Query):
            _query(walk, each, scope, into, so_far)
        elif isinstance(each, exp.Window) and isinstance(each.args.get("alias"), exp.Identifier):
            named = scope.windows.get(walk.fold(each.args["alias"]))
            stack += [(part, "expression") for part in _parts(named)]
            stack += [(child, so_far) for child in each.iter_expressions(reverse=True)]
        elif isinstance(each, exp.Anonymous) and DICTIONARY.match(each.name):
            _dictionary(walk, each.expressions[:1])
            stack += [(child, "expression") for child in each.expressions[1:]]
        elif isinstance(each, exp.In) and isinstance(field := each.args.get("field"), exp.Column):
            _member(walk, field, scope, into)
            stack.append((each.this, "expression"))
        elif isinstance(each, exp.Dot) and isinstance(each.expression, exp.Anonymous):
            merge(into, _method(walk, each, scope), "expression")
            stack.append((each.expression, "expression"))
        elif isinstance(each, exp.Dot) and (field := _field(walk, each, scope)) is not None:
            merge(into, column_origins(walk, field, scope), "expression")
        elif not isinstance(each, exp.Literal | exp.Identifier | exp.DataType | exp.Star):
            below = _becomes(each, so_far)
            stack += [(child, below) for child in each.iter_expressions(reverse=True)]
    return into


def _dictionary(walk: Walk, arguments: list[exp.Expr]) -> None:
    """Keep the dictionary that is read: its name is written as a name, or as a text."""
    for each in arguments:
        if isinstance(each, exp.Column):
            table = exp.Table(this=each.this.copy(), db=each.args["table"].copy() if each.args.get("table") else None)
        elif isinstance(each, exp.Literal) and each.is_string and each.name.strip():
            *schema, name = each.name.split(".")
            db = exp.to_identifier(schema[-1], quoted=True) if schema else None
            table = exp.Table(this=exp.to_identifier(name, quoted=True), db=db)
        else:
            continue
        walk.sources.update(dict.fromkeys(walk.session.relation(walk.session.name(table))[1]))


def _field(walk: Walk, node: exp.Dot, scope: QueryScope) -> exp.Column | None:
    """The column that ``(t).a`` means when t is a relation; ``None`` for a field of a column."""
    row = node.this.this if isinstance(node.this, exp.Paren) else None
    if not isinstance(row, exp.Column) or row.table or not isinstance(node.expression, exp.Identifier):
        return None
    source = scope.source([name := walk.fold(row.this)])
    if source is None or scope.known(name):
        return None
    return exp.Column(this=node.expression.copy(), table=row.this.copy())


def _member(walk: Walk, node: exp.Column, scope: QueryScope, into: Origins) -> None:
    """What stands behind IN without brackets: a relation in ClickHouse, elsewhere a value of several parts."""
    if walk.session.dialect.name == "clickhouse":
        table = exp.Table(this=node.this.copy(), db=node.args["table"].copy() if node.args.get("table") else None)
        _query(walk, table, scope, into, "expression")
    else:
        merge(into, column_origins(walk, node, scope), "expression")


def _method(walk: Walk, node: exp.Dot, scope: QueryScope) -> Origins:
    """What the column is made of whose method is called; nothing for a function with a schema before its name."""
    inner, called = node.this, node.expression
    while isinstance(inner, exp.Dot) and isinstance(inner.expression, exp.Anonymous):  # a.query().value()
        inner, called = inner.this, inner.expression
    if not isinstance(inner, exp.Identifier | exp.Dot):
        return origins_of(walk, inner, scope)
    parts = list(inner.find_all(exp.Identifier, bfs=False))
    names = [walk.fold(each) for each in parts]
    if scope.source(names[:-1]) is None if len(names) > 1 else called.name.lower() not in METHODS:
        return {}
    fields = dict(zip(("this", "table", "db", "catalog"), reversed(parts), strict=False))
    return column_origins(walk, exp.Column(**{key: each.copy() for key, each in fields.items()}), scope)


def _parts(window: exp.Expr | None) -> list[exp.Expr]:
    """What a named window partitions and orders by."""
    if window is None:
        return []
    order = window.args.get("order")
    return [*(window.args.get("partition_by") or ()), *([order] if order is not None else ())]


def _query(walk: Walk, node: exp.Expr, scope: QueryScope, into: Origins, so_far: Transformation) -> None:
    for output in walk.query(node, scope).outputs():
        merge(into, output.origins, so_far)


def _becomes(node: exp.Expr, so_far: Transformation) -> Transformation:
    if isinstance(node, exp.AggFunc):
        return "aggregate"
    if isinstance(node, PLAIN) or so_far != "identity":
        return so_far
    return "expression"


def column_origins(walk: Walk, column: exp.Column, scope: QueryScope) -> Origins:
    """What a column is made of, by its name; one that fits nothing is kept as not resolved."""
    parts = column.parts
    if isinstance(parts[-1], exp.Star):
        source = scope.source([walk.fold(each) for each in parts[:-1]])
        found = _whole(source.relation) if source else None
    else:
        found = _named(walk, [walk.fold(each) for each in parts], scope)
    if found is None:
        walk.unresolved.setdefault(".".join(each.name for each in parts))
        return {}
    for key in found:
        walk.read.setdefault(key)
    return found


def _named(walk: Walk, names: list[str], scope: QueryScope) -> Origins | None:
    for end in range(len(names) - 1, 0, -1):  # a.b.c: table a.b, or table a and a field c of its column b
        source = scope.source(names[:end])
        if source is not None:
            found = source.relation.find(names[end])
            if found is None:
                found = source.relation.guess(names[end])
                if not source.relation.open:
                    walk.unresolved.setdefault(".".join(names))
            return found
    row = walk.session.rows.get(names[0].casefold()) if len(names) > 1 else None
    if row is not None:  # NEW and OLD in a trigger
        return _row(walk, row, names[1])
    scalar = scope.scalar(names[0])
    if scalar is not None:
        return origins_of(walk, scalar, scope)
    found = scope.column(names[0])
    if found is None and len(names) == 1 and (source := scope.source(names)) is not None:
        return _whole(source.relation)  # a row as a value: row_to_json(t)
    return found


def _row(walk: Walk, row: Relation, name: str) -> Origins:
    found = row.find(name) or row.guess(name)
    for table, _ in found:
        walk.sources.setdefault(table)
    return found


def _whole(relation: Relation) -> Origins:
    return gathered(each.origins for each in relation.outputs())
