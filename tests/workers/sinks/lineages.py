"""Lineage that the tests of several sinks send: a view, and procedures that fill a table."""

from __future__ import annotations

from specs.entities.base import Entity
from specs.entities.database.routines import StoredProcedure
from specs.entities.database.tables import Column, Database, DataType, Schema, Service, Table, TableType
from specs.entities.lineage import ColumnFlow, ColumnSource, Edge, Flow, Lineage, LoggedText
from specs.testing.sink import MemoryLineage

PUBLIC = "shop.db.public"
VIEW = "SELECT id, upper(note) AS note FROM orders JOIN items USING (id) WHERE at > now()"


def table(name: str, *columns: str, view: str | None = None) -> Table:
    return Table(
        fqn=f"{PUBLIC}.{name}", name=name, parent=PUBLIC, view_definition=view,
        table_type=TableType.REGULAR if view is None else TableType.VIEW,
        columns=tuple(
            Column(name=each, native_type="text", type=DataType.TEXT, ordinal=at) for at, each in enumerate(columns, 1)
        ),
    )  # fmt: skip


def procedure(name: str) -> StoredProcedure:
    return StoredProcedure(
        fqn=f'{PUBLIC}."{name}()"', name=name, parent=PUBLIC, language="sql", code=f"INSERT INTO totals -- {name}"
    )


def containers() -> list[Entity]:
    return [
        Service(fqn="shop", name="shop", service_type="database"),
        Database(fqn="shop.db", name="db", parent="shop"),
        Schema(fqn=PUBLIC, name="public", parent="shop.db"),
    ]


def objects() -> list[Entity]:
    """All that the lineage names, but for the containers."""
    return [
        table("orders", "id", "note", "at"), table("items", "id", "price"), table("totals", "id", "sum"),
        table("late", "id"), table("v", "id", "note", view=VIEW), procedure("fill"), procedure("mend"),
    ]  # fmt: skip


def view_lineage(*, expression: str | None = "upper(note)") -> Lineage:
    orders, items = f"{PUBLIC}.orders", f"{PUBLIC}.items"
    return Lineage(
        fqn=f"{PUBLIC}.v", name="v", parent=PUBLIC,
        flows=(
            Flow(
                target=f"{PUBLIC}.v",
                edges=(Edge(source=orders, proven=True), Edge(source=items, confidence=0.5)),
                columns=(
                    ColumnFlow(
                        column="id",
                        sources=(ColumnSource(source=orders, column="id"), ColumnSource(source=items, column="id")),
                    ),
                    ColumnFlow(
                        column="note", expression=expression,
                        sources=(ColumnSource(source=orders, column="note", transformation="expression"),),
                    ),
                ),
                filters=(ColumnSource(source=orders, column="at", transformation="filter"),),
            ),
        ),
    )  # fmt: skip


def fills(name: str, source: str = "items", *targets: str) -> Lineage:
    """The lineage of a procedure that fills ``targets``, else ``totals``."""
    flows = [
        Flow(
            target=f"{PUBLIC}.{target}", edges=(Edge(source=f"{PUBLIC}.{source}"),),
            columns=(ColumnFlow(column="id", sources=(ColumnSource(source=f"{PUBLIC}.{source}", column="id"),)),),
        )
        for target in targets or ("totals",)
    ]  # fmt: skip
    return Lineage(
        fqn=f'{PUBLIC}."{name}()"', name=name, parent=PUBLIC, target_type="StoredProcedure", evidence="procedure",
        flows=tuple(flows),
    )  # fmt: skip


def logged(*sources: str) -> Lineage:
    """What a query log tells of ``totals``."""
    edges = tuple(Edge(source=f"{PUBLIC}.{each}", sql_hash=f"h{at}") for at, each in enumerate(sources))
    texts = tuple(
        LoggedText(sql_hash=f"h{at}", sql=f"insert into totals from {each}") for at, each in enumerate(sources)
    )
    flows = (Flow(target=f"{PUBLIC}.totals", edges=edges),) if sources else ()
    return Lineage(
        fqn='shop.query log."db.public.totals"', name="db.public.totals", parent="shop.query log",
        evidence="query_log", flows=flows, statements=texts,
    )  # fmt: skip


def stored(*more: Entity) -> MemoryLineage:
    found = MemoryLineage()
    for each in (*containers(), *objects(), *more):
        found.add(each)
    return found
