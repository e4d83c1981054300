"""Lineage for tests: entities that tell of flows, and the rows in which they are stored."""

from __future__ import annotations

from collections.abc import Sequence

from specs import names
from specs.contracts.work import Row
from specs.entities import ColumnFlow, ColumnSource, Edge, Flow, Lineage
from specs.entities.base import content_hash

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
