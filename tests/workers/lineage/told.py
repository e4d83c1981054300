"""Lineage for tests: entities that tell of flows, and the rows in which they are stored."""

from __future__ import annotations

import json
from collections.abc import Sequence

from specs import names
from specs.contracts.work import Row
from specs.entities import ColumnFlow, ColumnSource, Edge, Flow, Lineage
from specs.entities.base import content_hash
from workers.catalog import Catalog
from workers.store.database import SqlDatabase

S = "shop.db.s"


def lineage(
    target: str,
    sources: Sequence[str | Edge],
    columns: dict[str, Sequence[str]] | None = None,
    *,
    teller: str | None = None,
    **fields: object,
) -> Lineage:
    """What tells that ``sources`` feed ``target``, which is also the teller as a rule; names are those of tables of
    ``S``. ``columns`` maps each column of the target to columns of sources: ``t.a``."""
    edges = tuple(Edge(source=fqn(each)) if isinstance(each, str) else each for each in sources)
    flows = tuple(
        ColumnFlow(
            column=column,
            sources=tuple(
                ColumnSource(source=fqn(table), column=name)
                for table, _, name in (of.rpartition(".") for of in of_column)
            ),
        )
        for column, of_column in (columns or {}).items()
    )
    told = fqn(teller or target)
    return Lineage(
        fqn=told,
        name=names.split(told)[-1],
        parent=names.build(*names.split(told)[:-1]),
        flows=(Flow(target=fqn(target), edges=edges, columns=flows),),
        **fields,  # type: ignore[arg-type]
    )


def fqn(name: str) -> str:
    """The FQN of a table of ``S``; a name with a dot is one already."""
    return name if "." in name else f"{S}.{name}"


def row(told: Lineage) -> Row:
    content = told.content()
    return Row(
        type="Lineage", fqn=told.fqn, parent=told.parent, name=told.name, node="lineage", scope=told.parent,
        owner=None, hash=content_hash(content), search=told.name, content=content, stats=None,
    )  # fmt: skip


def stored_edges(db: SqlDatabase) -> list[tuple[object, ...]]:
    """The edges of live and missing entities, each with its columns, in order."""
    with db.read() as conn:
        rows = conn.exec_driver_sql(
            "SELECT t.fqn, e.source_type, e.source, e.target_type, e.target, e.evidence, c.target_column,"
            " c.source_column, c.transformation FROM lineage_edges AS e JOIN entities AS t ON t.id = e.teller"
            " LEFT JOIN lineage_columns AS c ON c.teller = e.teller AND c.n = e.n WHERE t.state <> 'deleted'"
        )
        return sorted(map(tuple, rows), key=repr)


def told_edges(db: SqlDatabase) -> list[tuple[object, ...]]:
    """The same, from the contents of the entities; each column has one source of each object."""
    found: list[tuple[object, ...]] = []
    for line in Catalog(db).export():
        told = json.loads(line)
        if told["type"] != "Lineage":
            continue
        entity = Lineage(**{key: value for key, value in told.items() if key not in ("type", "state")})
        for flow in entity.flows:
            columns = [(column.column, of) for column in flow.columns for of in column.sources]
            for edge in flow.edges:
                ends = (entity.fqn, edge.source_type, edge.source, flow.target_type, flow.target, entity.evidence)
                own = [(name, of.column, of.transformation) for name, of in columns if of.source == edge.source]
                found += [(*ends, *each) for each in own or [(None, None, None)]]
    return sorted(found, key=repr)
