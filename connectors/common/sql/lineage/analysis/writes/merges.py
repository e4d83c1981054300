"""MERGE: every branch that updates or inserts."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.expressions import origins_of
from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.queries.scope import QueryScope
from connectors.common.sql.lineage.analysis.queries.sources import add_source, filter_by
from connectors.common.sql.lineage.analysis.relations import Origins
from connectors.common.sql.lineage.analysis.writes.targets import Written, listed
from connectors.common.sql.lineage.analysis.writes.updates import assignments, changed, collected
from specs.contracts.parts.statements import TableName

Assigned = tuple[str, Origins, exp.Expr | None]


def merge_into(walk: QueryWalk, node: exp.Merge) -> Written:
    """What MERGE says of its target, from all of its branches."""
    scope = QueryScope(None, {})
    walk.declare(node, scope)
    if not isinstance(node.this, exp.Table):
        return Written("other")
    target = next(changed(walk, node.this, scope), None)
    add_source(walk, node.args["using"], scope)
    if (condition := node.args.get("on")) is not None:
        filter_by(walk, condition, scope)
    whens = node.args.get("whens")
    found: list[Assigned] = []
    for when in whens.expressions if whens is not None else ():
        if (condition := when.args.get("condition")) is not None:
            filter_by(walk, condition, scope)
        found += _branch(walk, when.args.get("then"), scope, target)
    return Written("merge", target, collected(found))


def _branch(walk: QueryWalk, then: exp.Expr | None, scope: QueryScope, target: TableName | None) -> Iterator[Assigned]:
    if isinstance(then, exp.Update):
        if any(isinstance(each, exp.Star) for each in then.expressions):
            rows = QueryScope(scope.outer, scope.ctes)
            rows.sources = scope.sources[1:]
            yield from _all(rows)
        for column, origins, made in assignments(walk, then.expressions, scope):
            yield walk.fold(column.this), origins, None if isinstance(made, exp.Column) else made
    elif isinstance(then, exp.Insert):
        target_row, scope = scope, QueryScope(scope.outer, scope.ctes)  # values see the source only
        scope.sources = target_row.sources[1:]
        values, listing = then.expression, then.this
        only = listing.expressions[0] if isinstance(listing, exp.Tuple) and len(listing.expressions) == 1 else None
        if isinstance(only, exp.Anonymous) and only.name.upper() == "VALUES":  # without names of columns
            values, listing = exp.Tuple(expressions=only.expressions), None
        if isinstance(values, exp.Values):
            values = values.expressions[0] if values.expressions else None
        if not isinstance(values, exp.Tuple | exp.Paren):
            yield from _all(scope)
            return
        parts = values.expressions if isinstance(values, exp.Tuple) else [values.this]
        names = listed(walk, listing)
        if names is None and isinstance(listing, exp.Tuple) and listing.expressions:
            return  # what is listed are no columns
        if names is None and target is not None:
            names = walk.session.columns(target)
        if names is None:
            names = [walk.fold(each.this) if isinstance(each, exp.Column) else "" for each in parts]
        for name, value in zip(names, parts, strict=False):
            if name:
                yield name, origins_of(walk, value, scope), None if isinstance(value, exp.Column) else value


def _all(scope: QueryScope) -> Iterator[Assigned]:
    """Every column of the source into the target's column of the same name: ``INSERT *``, ``UPDATE SET *``."""
    for item in scope.sources:
        for output in item.relation.outputs():
            yield output.name, output.origins, output.made
        if item.relation.open:
            yield "*", item.relation.guess("*"), None
