"""Statements that change what names stand for: RENAME, SWAP, DROP, USE."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from connectors.common.sql.lineage.analysis.dialects import USES_SCHEMA
from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.writes.targets import Written

MOVERS = frozenset(
    {"swap_partitions_between_tables", "move_partitions_to_table", "copy_partitions_to_table", "copy_table"}
)


def altered(walk: QueryWalk, node: exp.Alter) -> Iterator[Written]:
    """What ALTER says of names, and of rows that it moves between tables."""
    if not isinstance(node.this, exp.Table):
        return
    name = walk.session.name(node.this)
    for action in node.args.get("actions") or ():
        other = action.this
        if isinstance(action, exp.AlterRename) and isinstance(other, exp.Table):
            if not other.args.get("db") and node.this.args.get("db"):
                other = exp.table_(other.this, db=node.this.args["db"], catalog=node.this.args.get("catalog"))
            new = walk.session.name(other)
            temporary = walk.session.rename(name, new)
            yield Written("rename", name, None, new, temporary)
        elif isinstance(action, exp.SwapTable) and isinstance(other, exp.Table):
            yield Written("rename", name, None, walk.session.name(other))
            yield Written("rename", walk.session.name(other), None, name)
        elif isinstance(action, exp.ReplacePartition) and isinstance(action.args.get("source"), exp.Table):
            yield Written("insert", name, walk.query(action.args["source"], None))


def dropped(walk: QueryWalk, node: exp.Drop) -> Iterator[Written]:
    """The relations that DROP takes away."""
    if (node.args.get("kind") or "").upper() not in ("TABLE", "VIEW"):
        return
    for table in node.args.get("tables") or [node.this]:
        if isinstance(table, exp.Table):
            name = walk.session.name(table)
            yield Written("drop", name, temporary=walk.session.drop(name))


def used(walk: QueryWalk, node: exp.Use) -> None:
    """Choose the database or schema that names without one belong to from now on."""
    table = node.this
    if not isinstance(table, exp.Table):
        return
    session = walk.session
    parts = [session.dialect.fold(each) for each in table.parts]
    kind = node.args["kind"].name.upper() if node.args.get("kind") is not None else ""
    if len(parts) > 1:
        session.database, session.schema = parts[-2:]
    elif kind in ("SCHEMA", "NAMESPACE") or (kind != "CATALOG" and session.dialect.name in USES_SCHEMA):
        session.schema = parts[-1]
    elif kind in ("DATABASE", "CATALOG", ""):
        session.database = parts[-1]


def moved(walk: QueryWalk, node: exp.Select) -> Written | None:
    """What a call of Vertica's functions says that move or copy partitions or tables; ``None`` for another query."""
    call = node.expressions[0] if len(node.expressions) == 1 and node.args.get("from_") is None else None
    if not isinstance(call, exp.Anonymous) or call.name.lower() not in MOVERS or len(call.expressions) < 2:
        return None
    names = [
        each.name
        for each in (call.expressions[0], call.expressions[-1] if len(call.expressions) > 3 else call.expressions[1])
    ]
    source, target = (exp.to_table(each, dialect=walk.session.dialect.engine) for each in names)
    return Written("insert", walk.session.target(target), walk.query(source, None))


def chosen(walk: QueryWalk, node: exp.Set) -> None:
    """Choose the schema by ``SET search_path`` or ``SET schema``."""
    for item in node.expressions:
        pair = item.this if isinstance(item, exp.SetItem) else None
        if not isinstance(pair, exp.EQ) or pair.this.name.lower() not in ("search_path", "schema", "current_schema"):
            continue
        first = pair.expression.expressions[0] if isinstance(pair.expression, exp.Tuple) else pair.expression
        if first.name and first.name.lower() != "default":
            walk.session.schema = first.name
