"""INSERT: of a query, of values, into several relations at once."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.queries.scope import FromItem, QueryScope
from connectors.common.sql.lineage.analysis.queries.sources import add_source
from connectors.common.sql.lineage.analysis.relations import Derived
from connectors.common.sql.lineage.analysis.writes.targets import Written, external, listed, option, positioned
from connectors.common.sql.lineage.analysis.writes.updates import assignments, collected
from specs.contracts.parts.statements import TableName


def insert(walk: QueryWalk, node: exp.Insert, outer: QueryScope | None = None) -> Written:
    """What INSERT says of its target. Its columns are those that it lists, else those that are known of it."""
    this = node.this
    table = this.this if isinstance(this, exp.Schema) else this
    scope = QueryScope(outer, {})
    walk.declare(node, scope)
    if isinstance(table, exp.Directory):
        return Written("insert", external(table.this), walk.query(node.expression, scope))
    if not isinstance(table, exp.Table):  # a function of ClickHouse that writes elsewhere
        return Written("insert", None, walk.query(node.expression, scope))
    target = walk.session.target(table)
    if isinstance(table.this, exp.Parameter) and not walk.session.is_temporary(target):
        walk.session.create_temporary(target, Derived([]), ())
    if not isinstance(node.expression, exp.Query | exp.Table | exp.Values):
        return Written("insert", target)
    found = walk.query(node.expression, scope)
    if not node.args.get("by_name"):
        names = listed(walk, this)
        if names is None:
            names = _known(walk, target, table, found)
        if names is None:
            names = _dynamic(walk, table, found)
        if names is None and isinstance(node.expression, exp.Values):
            found = Derived([])  # values have no names of their own
        found = positioned(found, names)
    if (conflict := node.args.get("conflict")) is not None:
        found = _updated(walk, conflict, target, found, _beside(walk, node.expression))
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


def _dynamic(walk: QueryWalk, table: exp.Table, found: Derived) -> list[str] | None:
    """The names of what a query yields when its last columns choose the partitions that PARTITION names."""
    partition = table.args.get("partition")
    given = partition.expressions if isinstance(partition, exp.Partition) else []
    names = [walk.fold(each.this) for each in given if isinstance(each, exp.Column)]
    outputs = found.outputs()
    if not names or found.open or len(names) > len(outputs):
        return None
    return [*(each.name for each in outputs[: -len(names)]), *names]


def _beside(walk: QueryWalk, query: exp.Expr) -> QueryScope:
    """What MySQL lets ON DUPLICATE KEY name of the query: the relations that it reads."""
    scope = QueryScope(None, {})
    if walk.session.dialect.name == "mysql" and isinstance(query, exp.Select) and (first := query.args.get("from_")):
        add_source(walk, first.this, scope)
        for join in query.args.get("joins") or ():
            add_source(walk, join.this, scope)
    return scope


def _updated(walk: QueryWalk, conflict: exp.Expr, target: TableName, found: Derived, outer: QueryScope) -> Derived:
    """With what ON CONFLICT assigns: ``excluded`` is the row that was to be inserted."""
    scope = QueryScope(outer, {})
    scope.sources.append(FromItem("excluded", found))
    scope.sources.append(FromItem(target.name, walk.session.relation(target)[0], target))
    assigned = assignments(walk, conflict.expressions, scope)
    more = [(walk.fold(column.this), origins, made) for column, origins, made in assigned]
    before = [(each.name, each.origins, each.made) for each in found.outputs()]
    return Derived(collected([*before, *more]).outputs(), found.beyond) if more else found


def insert_many(walk: QueryWalk, node: exp.MultitableInserts) -> Iterator[Written]:
    """What each INSERT of one query says: ``FROM t INSERT ... INSERT ...``, and ``INSERT ALL INTO ... INTO ...``."""
    scope = QueryScope(None, {})
    walk.declare(node, scope)
    source = node.args["source"]
    for each in node.expressions:
        single = each.this if isinstance(each, exp.ConditionalInsert) else each
        if isinstance(single.expression, exp.Select):
            if single.expression.args.get("from_") is None:
                single.expression.set("from_", exp.From(this=source.copy()))
            yield insert(walk, single, scope)
        else:
            yield _part(walk, single, walk.query(source, scope))


def _part(walk: QueryWalk, node: exp.Insert, found: Derived) -> Written:
    table = node.this.this if isinstance(node.this, exp.Schema) else node.this
    target = walk.session.target(table)
    scope = QueryScope(None, {})
    scope.sources.append(FromItem("", found))
    names = listed(walk, node.this) or walk.session.columns(target)
    if isinstance(node.expression, exp.Values):
        values = walk.query(node.expression, scope)
        named = [each.name for row in node.expression.expressions[:1] for each in row.expressions]
        return Written("insert", target, values.renamed(names or named))
    return Written("insert", target, positioned(Derived(found.outputs(), found.beyond), names))


def _files(node: exp.Expr) -> Iterator[TableName]:
    """The files and stages that COPY names, those in a query over them included."""
    for each in node.find_all(exp.Table) if isinstance(node, exp.Query) else (node,):
        if (found := external(each)) is not None:
            yield found


def loaded(walk: QueryWalk, node: exp.LoadData) -> Written:
    """What LOAD DATA says: a relation is filled from files."""
    addresses = [node.args.get("inpath")]
    if isinstance(files := node.args.get("files"), exp.Properties):
        addresses += files.find_all(exp.Literal) if (files := option(files, "uris")) is not None else ()
    for each in addresses:
        if (place := external(each)) is not None:
            walk.sources.setdefault(place)
    return Written("copy", walk.session.target(node.this)) if isinstance(node.this, exp.Table) else Written("other")


def exported(walk: QueryWalk, node: exp.Export) -> Written:
    """What EXPORT DATA says: a query is written into files."""
    options = node.args.get("options")
    place = option(options, "uri") if isinstance(options, exp.Properties) else None
    return Written("copy", external(place), walk.query(node.this, None))


def copied(walk: QueryWalk, node: exp.Copy) -> Written:
    """What COPY says: a relation is filled from files, or written into them."""
    this = node.this
    table = this.this if isinstance(this, exp.Schema) else this
    files = [each for file in node.args.get("files") or () for each in _files(file)]
    if isinstance(table, exp.Table) and (place := external(table)) is not None:  # Snowflake's COPY INTO place
        for file in node.args.get("files") or ():
            walk.query(file, None)
        return Written("copy", place)
    if not node.args.get("kind"):  # into files
        if isinstance(table, exp.Query | exp.Table):
            walk.query(table, None)
        return Written("copy", files[0] if files else None)
    for file in node.args.get("files") or ():
        if isinstance(file, exp.Query):
            walk.query(file, None)
    for each in files:
        walk.sources.setdefault(each)
    return Written("copy", walk.session.target(table)) if isinstance(table, exp.Table) else Written("other")
