"""PIVOT and UNPIVOT: which columns remain, and what the new ones are made of."""

from __future__ import annotations

from collections.abc import Set

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.expressions import origins_of
from connectors.common.sql.lineage.analysis.queries.scope import FromItem, QueryScope
from connectors.common.sql.lineage.analysis.queries.walk import Walk
from connectors.common.sql.lineage.analysis.relations import Derived, Origins, Output, Relation, gathered
from specs.contracts.parts.statements import TableName


def pivoted(walk: Walk, pivot: exp.Pivot, source: FromItem) -> Relation:
    """The relation that a pivot makes of its source."""
    scope = QueryScope(None, {})
    scope.sources.append(source)
    return _unpivot(walk, pivot, source, scope) if pivot.unpivot else _pivot(walk, pivot, source, scope)


def _pivot(walk: Walk, pivot: exp.Pivot, source: FromItem, scope: QueryScope) -> Relation:
    made: list[tuple[str, Origins]] = []
    for aggregate in pivot.expressions:
        name = aggregate.alias if isinstance(aggregate, exp.Alias) else ""
        made.append((name, origins_of(walk, aggregate, scope)))
    keys = [each.this for each in pivot.args.get("fields") or () if isinstance(each, exp.In)]
    key_origins = gathered(origins_of(walk, each, scope) for each in keys)
    used = {*key_origins, *(key for _, origins in made for key in origins)}
    names = [walk.fold(each) for each in pivot.args.get("columns") or ()]
    new = [Output(name, made[number % len(made)][1]) for number, name in enumerate(names)] if made else []
    rest = _rest(source.relation, used)
    if isinstance(group := pivot.args.get("group"), exp.Group):
        rest = [Output(_name(walk, each), origins_of(walk, each, scope)) for each in group.expressions]
    return Derived([*rest, *new], (source.relation,) if source.relation.open else ())


def _unpivot(walk: Walk, pivot: exp.Pivot, source: FromItem, scope: QueryScope) -> Relation:
    used: Origins = {}
    new: list[Output] = []
    for field in pivot.args.get("fields") or ():
        if not isinstance(field, exp.In):
            continue
        columns = [each.this if isinstance(each, exp.PivotAlias) else each for each in field.expressions]
        rows = [each.expressions if isinstance(each, exp.Tuple) else [each] for each in columns]
        values = [gathered(origins_of(walk, each, scope) for each in column) for column in zip(*rows, strict=False)]
        targets = [part for each in pivot.expressions for part in (each.expressions or [each])]
        new += [Output(_name(walk, *pair[:1]), pair[1]) for pair in zip(targets, values, strict=False)]
        new.append(Output(_name(walk, field.this), {}))
        used = gathered((used, *values))
    return Derived([*_rest(source.relation, set(used)), *new], (source.relation,) if source.relation.open else ())


def _name(walk: Walk, node: exp.Expr) -> str:
    identifier = node.this if isinstance(node, exp.Column) else node
    return walk.fold(identifier) if isinstance(identifier, exp.Identifier) else identifier.name


def _rest(relation: Relation, used: Set[tuple[TableName, str]]) -> list[Output]:
    return [each for each in relation.outputs() if not (each.origins and set(each.origins) <= used)]
