"""The columns of a SELECT list, and what else a SELECT reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.expressions import column_origins, origins_of
from connectors.common.sql.lineage.analysis.queries.patterns import Takes, star_in
from connectors.common.sql.lineage.analysis.queries.scope import FromItem, QueryScope
from connectors.common.sql.lineage.analysis.queries.sources import add_join, add_source, filter_by
from connectors.common.sql.lineage.analysis.queries.walk import Walk
from connectors.common.sql.lineage.analysis.relations import Derived, Output, Relation, gathered, merge

if TYPE_CHECKING:
    from specs.entities.lineage import Transformation

CONDITIONS = ("where", "having", "qualify", "prewhere", "connect")
ORDERS = ("group", "order", "sort", "cluster", "distribute", "windows", "distinct")
"""Parts of a SELECT that read columns, of which none decides alone which rows there are."""
COLUMNS = frozenset({"duckdb", "clickhouse"})
"""Dialects in which an expression may stand for many columns."""


def select(walk: Walk, node: exp.Select, scope: QueryScope) -> Derived:
    """What a SELECT yields; ``scope`` has the queries of its WITH already."""
    args = node.args
    if (first := args.get("from_")) is not None:
        add_source(walk, first.this, scope)
    for lateral in args.get("laterals") or ():
        add_source(walk, lateral, scope)
    for join in args.get("joins") or ():
        add_join(walk, join, scope)
    scope.prefers_aliases = walk.session.dialect.lateral_aliases
    for window in args.get("windows") or ():
        scope.windows[walk.fold(window.this)] = window
    if (rows := args.get("match")) is not None:
        _match(walk, rows, scope)
    outputs: list[Output] = []
    opens: list[Relation] = []
    for each in node.expressions:
        if (star := star_in(each)) is not None:
            _star(walk, *star, scope, outputs, opens)
        elif walk.session.dialect.name in COLUMNS and (columns := each.find(exp.Columns)) is not None:
            _each_column(walk, each, columns, scope, outputs)
        else:
            _output(walk, each, scope, outputs)
    scope.prefers_aliases = True
    for part in CONDITIONS:
        if (condition := args.get(part)) is not None:
            filter_by(walk, condition if part == "connect" else condition.this, scope)
    for part in ORDERS:
        found = args.get(part)
        for each in found if isinstance(found, list) else (found,):
            if isinstance(each, exp.Expr):
                origins_of(walk, each, scope)
    return Derived(outputs, tuple(opens))


def _each_column(walk: Walk, node: exp.Expr, columns: exp.Columns, scope: QueryScope, outputs: list[Output]) -> None:
    """An expression over ``COLUMNS(...)``, which is one expression for each of them."""
    star = star_in(columns)
    if star is None:
        return _output(walk, node, scope, outputs)
    found: list[Output] = []
    _star(walk, *star, scope, found, [])
    what: Transformation = "aggregate" if columns.find_ancestor(exp.AggFunc) is not None else "expression"
    rest = node.copy()
    if (inside := rest.find(exp.Columns)) is not None:
        inside.replace(exp.Null())
    others = origins_of(walk, rest, scope)
    for each in found:
        origins = dict(others)
        merge(origins, each.origins, what)
        outputs.append(Output(node.alias or each.name, origins, node))
    return None


def _match(walk: Walk, node: exp.Expr, scope: QueryScope) -> None:
    """What MATCH_RECOGNIZE yields: the columns it partitions by, and its measures."""
    for column in node.find_all(exp.Column):  # names of the pattern stand before columns
        if column.table and scope.source([walk.fold(column.args["table"])]) is None:
            column.set("table", None)
    origins_of(walk, node, scope)
    found: list[Output] = []
    for each in node.args.get("partition_by") or ():
        _output(walk, each, scope, found)
    for measure in node.args.get("measures") or ():
        _output(walk, measure.this, scope, found)
    alias = node.args.get("alias")
    name = walk.fold(alias.this) if isinstance(alias, exp.TableAlias) and alias.this else ""
    scope.sources = [FromItem(name, Derived(found))]
    scope.aliases.clear()


def _output(walk: Walk, node: exp.Expr, scope: QueryScope, outputs: list[Output]) -> None:
    inner = node.this if isinstance(node, exp.Alias) else node
    if isinstance(inner, exp.Column):
        made = Output(_name(walk, node), column_origins(walk, inner, scope))
    elif isinstance(inner, exp.Aliases):
        origins = origins_of(walk, inner.this, scope)
        outputs += [Output(walk.fold(each), origins, inner) for each in inner.args["expressions"]]
        return
    elif isinstance(inner, exp.QueryTransform):
        schema = inner.args.get("schema")
        names = (
            [_name(walk, each) for each in schema.expressions] if isinstance(schema, exp.Schema) else ["key", "value"]
        )
        origins = gathered(origins_of(walk, each, scope) for each in inner.expressions)
        outputs += [Output(each, origins, inner) for each in names]
        return
    else:
        made = Output(_name(walk, node), origins_of(walk, inner, scope), inner)
    outputs.append(made)
    if isinstance(node, exp.Alias):
        scope.aliases.setdefault(made.name.casefold(), made)


def _name(walk: Walk, node: exp.Expr) -> str:
    """The name of a column of a SELECT list; the text of an expression that has none."""
    alias = node.args.get("alias")
    if isinstance(alias, exp.Identifier):
        return walk.fold(alias)
    if isinstance(node, exp.Column):
        return walk.fold(node.this)
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        return walk.fold(node.expression)
    if isinstance(node, exp.Cast):
        if isinstance(node.this, exp.Column) and walk.session.dialect.name in ("postgres", "redshift"):
            return walk.fold(node.this.this)
        return _unnamed(walk, node)
    return node.output_name or _unnamed(walk, node)


def _unnamed(walk: Walk, node: exp.Expr) -> str:
    """What the server calls an expression: PostgreSQL by its function, most others by its text."""
    if walk.session.dialect.name != "postgres":
        return node.sql(dialect=walk.session.dialect.engine)
    function = node.this if isinstance(node, exp.Window) else node
    if isinstance(function, exp.Anonymous):
        return str(function.this).lower()
    if isinstance(function, exp.Case):
        return "case"
    return function.sql_name().lower() if isinstance(function, exp.Func) else "?column?"


def _star(
    walk: Walk, node: exp.Expr, takes: Takes, scope: QueryScope, outputs: list[Output], opens: list[Relation]
) -> None:
    star = node.this if isinstance(node, exp.Column) else node
    if isinstance(node, exp.Column):
        source = scope.source([walk.fold(each) for each in node.parts[:-1]])
        if source is None:
            walk.unresolved.setdefault(node.sql())
            return
        sources = [source]
        found = list(source.relation.outputs())
    else:
        sources = scope.sources
        found = _all(scope)
    if not isinstance(star, exp.Star):
        return
    hidden = {_plain(walk, each) for each in star.args.get("except_") or ()}
    replaced = {_name(walk, each).casefold(): each for each in star.args.get("replace") or ()}
    renamed = {_plain(walk, each.this): walk.fold(each.args["alias"]) for each in star.args.get("rename") or ()}
    for each in found:
        key = each.name.casefold()
        if key in hidden or not takes(each.name):
            continue
        if key in replaced:
            each = Output(each.name, origins_of(walk, replaced[key].this, scope), replaced[key].this)
        outputs.append(each._replace(name=renamed.get(key, each.name)))
        for origin in each.origins:
            walk.read.setdefault(origin)
    opens += [each.relation for each in sources if each.relation.open]


def _plain(walk: Walk, node: exp.Expr) -> str:
    identifier = node.this if isinstance(node, exp.Column) else node
    return walk.fold(identifier).casefold()


def _all(scope: QueryScope) -> list[Output]:
    """All columns of all sources; those of USING once, and first."""
    found: list[Output] = []
    for name, sources in scope.merged.items():
        origins = gathered(each.relation.find(name) or each.relation.guess(name) for each in sources)
        found.append(Output(_spelled(sources, name), origins))
    for each in scope.sources:
        merged = {name for name, sources in scope.merged.items() if each in sources}
        found += [output for output in each.relation.outputs() if output.name.casefold() not in merged]
    return found


def _spelled(sources: list[FromItem], name: str) -> str:
    names = [output.name for each in sources for output in each.relation.outputs() if output.name.casefold() == name]
    return names[0] if names else name
