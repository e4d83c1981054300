"""CREATE of views and tables by a query, and SELECT INTO."""

from __future__ import annotations

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.relations import Derived, Output
from connectors.common.sql.lineage.analysis.writes.targets import Written, external, listed, option, positioned
from specs.contracts.parts.statements import TableName

RELATIONS = ("TABLE", "VIEW")


def create(walk: QueryWalk, node: exp.Create) -> Written:
    """What CREATE says of its relation; nothing for objects that hold no data."""
    table = node.this.this if isinstance(node.this, exp.Schema) else node.this
    kind = (node.args.get("kind") or "").upper()
    if kind == "STAGE" and isinstance(table, exp.Table) and (place := _address(node)) is not None:
        walk.sources.setdefault(place)
        return Written("copy", walk.session.target(table))
    if kind not in RELATIONS or not isinstance(table, exp.Table):
        return Written("other")
    temporary = _temporary(node, table) or walk.session.is_transient(walk.session.name(table))
    target = walk.session.name(table) if temporary else walk.session.target(table)
    names = None if walk.session.dialect.name == "mysql" and _typed(node.this) else listed(walk, node.this)
    if not isinstance(node.expression, exp.Query | exp.Table | exp.Values):
        return _empty(walk, node, Written("create_table", target, None, None, temporary), names)
    found = positioned(walk.query(node.expression, None), names)
    if (into := node.find(exp.ToTableProperty)) is not None and isinstance(into.this, exp.Table):
        target = walk.session.target(into.this)  # a view that only fills another table
    return _created(walk, Written("create_view" if kind == "VIEW" else "create_table", target, found, None, temporary))


def _address(node: exp.Create) -> TableName | None:
    """Where the files of a stage of Snowflake are."""
    properties = node.args.get("properties")
    return external(option(properties, "url")) if isinstance(properties, exp.Properties) else None


def _empty(walk: QueryWalk, node: exp.Create, written: Written, names: list[str] | None) -> Written:
    """A table without a query: it has the columns that are listed, or those of the table that it is made like."""
    clone, like = node.args.get("clone"), node.find(exp.LikeProperty)
    model = clone.this if isinstance(clone, exp.Clone) else like.this if like is not None else None
    columns = Derived([Output(each, {}) for each in names or ()])
    if isinstance(model, exp.Table):
        found = walk.query(model, None)
        written = written._replace(columns=found if clone is not None else None)
        columns = Derived([Output(each.name, each.origins if clone else {}) for each in found.outputs()])
    if written.target is not None and written.temporary:
        walk.session.create_temporary(written.target, columns, walk.sources)
    elif written.target is not None:
        walk.session.create(written.target, [each.name for each in columns.outputs()] or None)
    return written


def _created(walk: QueryWalk, written: Written) -> Written:
    """Keep what is created for the statements behind it."""
    if written.target is None or written.columns is None:
        return written
    if written.temporary:
        walk.session.create_temporary(written.target, written.columns, walk.sources)
    else:
        names = None if written.columns.open else [each.name for each in written.columns.outputs()]
        walk.session.create(written.target, names)
    return written


def select_into(walk: QueryWalk, node: exp.Expr, into: exp.Into) -> Written:
    """SELECT ... INTO makes a table of the query's columns."""
    found = walk.query(node, None)
    table = into.this
    if not isinstance(table, exp.Table):
        return Written("select", None, found)
    temporary = bool(into.args.get("temporary")) or _local(table)
    target = walk.session.name(table) if temporary else walk.session.target(table)
    return _created(walk, Written("create_table", target, found, None, temporary))


def declared(walk: QueryWalk, node: exp.Declare) -> None:
    """Variables that are tables live as long as the text."""
    for item in node.expressions:
        kind = item.args.get("kind")
        for variable in item.this if isinstance(item.this, list) else [item.this]:
            if isinstance(kind, exp.Schema) and isinstance(variable, exp.Parameter):
                columns = Derived([Output(each, {}) for each in listed(walk, kind) or ()])
                walk.session.create_temporary(walk.session.name(exp.Table(this=variable)), columns, ())


def _typed(node: exp.Expr) -> bool:
    """Whether columns are defined beside those of the query, to which MySQL adds them."""
    return isinstance(node, exp.Schema) and any(
        isinstance(each, exp.ColumnDef) and each.kind for each in node.expressions
    )


def _temporary(node: exp.Create, table: exp.Table) -> bool:
    properties = node.args.get("properties")
    kinds = properties.expressions if isinstance(properties, exp.Properties) else []
    volatile = any(isinstance(each, exp.StabilityProperty) and each.name.upper() == "VOLATILE" for each in kinds)
    said = any(isinstance(each, exp.TemporaryProperty | exp.VolatileProperty) for each in kinds)
    return said or volatile or _local(table)


def _local(table: exp.Table) -> bool:
    """Whether the name alone makes a table temporary: ``#name``."""
    args = table.this.args if table.this else {}
    return table.name.startswith("#") or bool(args.get("temporary") or args.get("global_"))
