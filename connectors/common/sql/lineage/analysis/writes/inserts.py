"""INSERT of a query."""

from __future__ import annotations

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.queries.scope import QueryScope
from connectors.common.sql.lineage.analysis.relations import Derived
from connectors.common.sql.lineage.analysis.writes.targets import Written, listed, positioned
from specs.contracts.parts.statements import TableName


def insert(walk: QueryWalk, node: exp.Insert, outer: QueryScope | None = None) -> Written:
    """What INSERT says of its target. Its columns are those that it lists, else those that are known of it."""
    this = node.this
    table = this.this if isinstance(this, exp.Schema) else this
    if not isinstance(table, exp.Table):
        return Written("other")
    target = walk.session.target(table)
    scope = QueryScope(outer, {})
    walk.declare(node, scope)
    if not isinstance(node.expression, exp.Query | exp.Table):
        return Written("insert", target)
    found = walk.query(node.expression, scope)
    if not node.args.get("by_name"):
        names = listed(walk, this)
        found = positioned(found, names if names is not None else _known(walk, target, table, found))
    if walk.session.is_temporary(target):
        walk.session.add(target, found, walk.sources)
        return Written("insert", target, found, temporary=True)
    return Written("insert", target, found)


def _known(walk: QueryWalk, target: TableName, table: exp.Table, found: Derived) -> list[str] | None:
    """The columns of the target that the query fills: all but those to which PARTITION gives a value."""
    names = walk.session.columns(target)
    partition = table.args.get("partition")
    given = partition.expressions if isinstance(partition, exp.Partition) else []
    fixed = {walk.fold(each.this.this).casefold() for each in given if isinstance(each, exp.EQ)}
    if names is None:
        return None
    left = [each for each in names if each.casefold() not in fixed]
    return left if len(left) == len(found.outputs()) or not fixed else None
