"""What stands in FROM becomes the sources of a scope."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.errors import SqlglotError

from connectors.common.sql.lineage.analysis.queries.expressions import origins_of
from connectors.common.sql.lineage.analysis.queries.pivots import pivoted
from connectors.common.sql.lineage.analysis.queries.scope import FromItem, QueryScope
from connectors.common.sql.lineage.analysis.queries.walk import Walk
from connectors.common.sql.lineage.analysis.relations import Computed, Derived, Output, Relation, gathered
from specs.contracts.parts.statements import TableName


def add_source(walk: Walk, node: exp.Expr, scope: QueryScope) -> None:
    """Add a relation, a subquery, a function or a join in brackets, with all that is joined to it."""
    first = len(scope.sources)
    if isinstance(node, exp.Final | exp.Stream):
        node = node.this
    if isinstance(node, exp.Table):
        _table(walk, node, scope)
    elif isinstance(node, exp.Subquery | exp.Paren):
        _subquery(walk, node, scope)
    elif isinstance(node, exp.Values):
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        columns = [gathered(origins_of(walk, each, scope) for each in column) for column in zip(*rows, strict=False)]
        outputs = [Output(f"column{number}", each) for number, each in enumerate(columns, start=1)]
        _append(walk, node, scope, Derived(outputs))
    elif isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
        _append(walk, node, scope, walk.query(node.this, scope))
    elif isinstance(node, exp.Query):
        _append(walk, node, scope, walk.query(node, scope))
    else:
        _append(walk, node, scope, _computed(walk, node, scope))
    for lateral in node.args.get("laterals") or ():
        add_source(walk, lateral, scope)
    for join in node.args.get("joins") or ():
        add_join(walk, join, scope)
    if pivots := node.args.get("pivots"):
        _pivot(walk, pivots, scope, first)


def _table(walk: Walk, node: exp.Table, scope: QueryScope) -> None:
    this = node.this
    if isinstance(this, exp.SemanticView):
        return _append(walk, node, scope, _semantic(walk, this))
    if node.args.get("rows_from") or not isinstance(this, exp.Identifier | exp.Dot | None.__class__):
        if isinstance(this, exp.Parameter) and walk.session.is_temporary(variable := walk.session.name(node)):
            relation, tables = walk.session.relation(variable)
            walk.sources.update(dict.fromkeys(tables))
            walk.through.setdefault(variable)
            return _append(walk, node, scope, relation, variable.name)
        if isinstance(this, exp.Var) and this.name.startswith("@"):  # a stage of Snowflake
            walk.sources.setdefault(TableName("", "", this.name.partition("/")[0]))
        if isinstance(this, exp.Literal | exp.Parameter | exp.Var | exp.Placeholder):  # a file, a variable
            return _append(walk, node, scope, Computed({}, ()))
        return _append(walk, node, scope, _remote(walk, node) or _computed(walk, node, scope))
    if not node.args.get("db") and this is not None and (cte := scope.cte(walk.fold(this))) is not None:
        return _append(walk, node, scope, cte, walk.fold(this))
    name = walk.session.name(node)
    relation, tables = walk.session.relation(name)
    if walk.session.is_temporary(name):
        walk.through.setdefault(name)
    for each in tables:
        walk.sources.setdefault(each)
    return _append(walk, node, scope, relation, name.name.lstrip("#") or name.name)


def _semantic(walk: Walk, node: exp.SemanticView) -> Relation:
    """What a semantic view yields: its metrics, dimensions and facts, before which its own tables may be named."""
    inner = QueryScope(None, {})
    add_source(walk, node.this, inner)
    found: list[Output] = []
    for key in ("dimensions", "facts", "metrics"):
        for each in node.args.get(key) or ():
            for column in each.find_all(exp.Column):
                column.set("table", None)
            name = each.args.get("alias") or (each.this if isinstance(each, exp.Column) else None)
            named = walk.fold(name) if isinstance(name, exp.Identifier) else each.output_name
            found.append(Output(named, origins_of(walk, each, inner)))
    if (where := node.args.get("where")) is not None:
        filter_by(walk, where, inner)
    return Derived(found)


def _subquery(walk: Walk, node: exp.Expr, scope: QueryScope) -> None:
    inner = node.this
    if isinstance(inner, exp.Table) or (isinstance(inner, exp.Subquery) and not inner.alias and not node.alias):
        first = len(scope.sources)
        add_source(walk, inner, scope)
        if node.alias:
            joined = [output for each in scope.sources[first:] for output in each.relation.outputs()]
            opens = tuple(each.relation for each in scope.sources[first:] if each.relation.open)
            del scope.sources[first:]
            _append(walk, node, scope, Derived(joined, opens))
        return
    _append(walk, node, scope, walk.query(inner if not node.args.get("with_") else node, scope))


def _remote(walk: Walk, node: exp.Table) -> Relation | None:
    """What OPENQUERY of T-SQL yields: its query is asked of a linked server, whose name its relations get."""
    call = node.this
    if not isinstance(call, exp.Anonymous) or call.name.upper() != "OPENQUERY" or len(call.expressions) != 2:
        return None
    server, text = call.expressions
    try:
        query = walk.session.dialect.engine.parse(text.name)[0]
    except SqlglotError:
        return None
    if not isinstance(query, exp.Query):
        return None
    for table in query.find_all(exp.Table):
        catalog = ".".join(filter(None, (server.name, table.catalog)))
        table.set("catalog", exp.to_identifier(catalog, quoted=True))
    return walk.query(query, None)


def _computed(walk: Walk, node: exp.Expr, scope: QueryScope) -> Relation:
    alias = node.args.get("alias")
    names = [walk.fold(each) for each in alias.columns] if isinstance(alias, exp.TableAlias) else []
    arguments = [each for key, each in node.args.items() if key not in ("alias", "joins", "laterals", "pivots")]
    parts = [each for found in arguments for each in (found if isinstance(found, list) else [found])]
    origins = gathered(origins_of(walk, each, scope) for each in parts if isinstance(each, exp.Expr))
    offset = node.args.get("offset")
    if isinstance(offset, exp.Identifier):
        names.append(walk.fold(offset))
    if not names and isinstance(alias, exp.TableAlias) and alias.this:
        return Computed(origins, [walk.fold(alias.this)], also_others=True)
    return Computed(origins, names)


def _append(walk: Walk, node: exp.Expr, scope: QueryScope, relation: Relation, name: str = "") -> None:
    alias = node.args.get("alias")
    table = walk.session.name(node) if name and isinstance(node, exp.Table) else None
    if isinstance(alias, exp.TableAlias):
        if columns := alias.columns:
            names = [walk.fold(each) for each in columns]
            if not isinstance(relation, Computed):
                relation = _renamed(relation, names)
        if alias.this:
            name = walk.fold(alias.this)
    scope.sources.append(FromItem(name, relation, table))


def _renamed(relation: Relation, names: list[str]) -> Relation:
    if isinstance(relation, Derived):
        return relation.renamed(names)
    opens = (relation,) if relation.open else ()
    return Derived(relation.outputs(), opens).renamed(names)


def _pivot(walk: Walk, pivots: list[exp.Pivot], scope: QueryScope, first: int) -> None:
    for pivot in pivots:
        source = scope.sources[first]
        relation = pivoted(walk, pivot, source)
        alias = pivot.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.columns:
            relation = _renamed(relation, [walk.fold(each) for each in alias.columns])
        name = walk.fold(alias.this) if isinstance(alias, exp.TableAlias) and alias.this else source.alias
        scope.sources[first] = FromItem(name, relation, source.table)


def add_join(walk: Walk, join: exp.Join, scope: QueryScope) -> None:
    """Add what is joined; its condition decides which rows there are."""
    before = len(scope.sources)
    add_source(walk, join.this, scope)
    using = [walk.fold(each) for each in join.args.get("using") or ()]
    if join.args.get("method") == "NATURAL":
        using = _common(scope, before)
    for name in using:
        _merge(walk, scope, name, before)
    if (condition := join.args.get("on")) is not None:
        filter_by(walk, condition, scope)


def _common(scope: QueryScope, before: int) -> list[str]:
    left = {output.name.casefold() for source in scope.sources[:before] for output in source.relation.outputs()}
    right = [output.name for source in scope.sources[before:] for output in source.relation.outputs()]
    return [name for name in right if name.casefold() in left]


def _merge(walk: Walk, scope: QueryScope, name: str, before: int) -> None:
    key = name.casefold()
    merged = scope.merged.get(key)
    if merged is None:
        known = [each for each in scope.sources[:before] if each.relation.find(name) is not None]
        merged = known or [each for each in scope.sources[:before] if each.relation.open]
        merged = scope.merged[key] = merged[:1] if len(merged) > 1 and not known else merged
    joined = [each for each in scope.sources[before:] if each.relation.find(name) is not None or each.relation.open]
    left = gathered(each.relation.find(name) or each.relation.guess(name) for each in merged)
    right = gathered(each.relation.find(name) or each.relation.guess(name) for each in joined)
    merged += joined
    for origin in (*left, *right):
        walk.filters.setdefault(origin, "filter")
        walk.read.setdefault(origin)
    for one in left:
        for other in right:
            pairs = walk.joins.setdefault((one[0], other[0]), {})
            pairs.setdefault((one[1], other[1]))


def filter_by(walk: Walk, condition: exp.Expr, scope: QueryScope) -> None:
    """Keep the columns of a condition, and which relations it compares for equality."""
    for each in condition.flatten() if isinstance(condition, exp.And) else (condition,):
        if isinstance(each, exp.EQ) and isinstance(each.this, exp.Column) and isinstance(each.expression, exp.Column):
            left, right = origins_of(walk, each.this, scope), origins_of(walk, each.expression, scope)
            if len(left) == len(right) == 1:
                (one,), (other,) = left, right
                if one[0] != other[0]:
                    walk.joins.setdefault((one[0], other[0]), {}).setdefault((one[1], other[1]))
            found = gathered((left, right))
        else:
            found = origins_of(walk, each, scope)
        for origin in found:
            walk.filters.setdefault(origin, "filter")
