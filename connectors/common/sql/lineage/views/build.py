"""Makes ``Lineage`` of what a parser has found in a definition, what the catalog knows of the names in it, and what the
source's own catalog records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from connectors.common.sql.lineage.relations import KnownRelation, Meanings
from connectors.common.sql.lineage.views.definitions import Definition
from specs import names
from specs.contracts.parts.resolver import folded
from specs.contracts.parts.statements import SourceColumn, StatementLineage, TableName
from specs.entities.construction import trusted
from specs.entities.lineage import ColumnFlow, ColumnSource, Edge, Flow, Lineage

PARTLY = 0.5
"""The confidence of what was understood in part, of one among several objects that a name fits, and of an edge that the
source's own catalog does not record."""


def lineage(view: Definition, found: StatementLineage | None, meanings: Meanings, *, filters: bool) -> Lineage:
    """The lineage of a view; without ``found`` only what the source itself records."""
    fqn = view.relation.fqn
    answer = found or StatementLineage("other", level="none")
    relations = _by_name(meanings)
    edges, unresolved = _edges(view, answer, relations, _ambiguous(meanings))
    columns = [] if found is None else _columns(view, answer, relations)
    flows: tuple[Flow, ...] = ()
    if edges:
        conditions = _sources(answer.filters, relations) if filters else ()
        flows = (Flow(target=fqn, edges=tuple(edges.values()), columns=tuple(columns), filters=conditions),)
    return Lineage(
        fqn=fqn,
        name=view.relation.table.name,
        parent=names.build(*names.split(fqn)[:-1]),
        evidence="view",
        flows=flows,
        unresolved=tuple(unresolved),
        sql_hash=blake2b(view.text.encode("utf-8", "replace"), digest_size=16).hexdigest(),
    )


def _by_name(meanings: Meanings) -> dict[TableName, tuple[KnownRelation, ...]]:
    """Relations by the names that answers may have for them: as it was said, and as the catalog has it."""
    known = {each.table: (each,) for relations in meanings.values() for each in relations}
    return known | {said: relations for said, relations in meanings.items() if relations}


def _ambiguous(meanings: Meanings) -> set[str]:
    return {each.fqn for relations in meanings.values() if len(relations) > 1 for each in relations}


def _edges(
    view: Definition,
    answer: StatementLineage,
    relations: Mapping[TableName, tuple[KnownRelation, ...]],
    ambiguous: set[str],
) -> tuple[dict[str, Edge], dict[str, None]]:
    """The edges by their source, and the names that fit nothing."""
    edges: dict[str, Edge] = {}
    unresolved = dict.fromkeys(answer.unresolved)
    for name in answer.sources:
        fitting = relations.get(name, ())
        if not fitting:
            unresolved.setdefault(names.build(*filter(None, name)))
        for each in fitting:
            proven = each.fqn in view.depends_on if view.depends_on else None
            partly = answer.level != "columns" or proven is False or (each.fqn in ambiguous and not proven)
            edges[each.fqn] = Edge(source=each.fqn, proven=proven, confidence=PARTLY if partly else 1.0)
    for fqn in view.depends_on:
        edges.setdefault(fqn, Edge(source=fqn, proven=True))
    return edges, unresolved


def _columns(
    view: Definition, answer: StatementLineage, relations: Mapping[TableName, tuple[KnownRelation, ...]]
) -> list[ColumnFlow]:
    flows: dict[str, ColumnFlow] = {}
    for name, each in zip(_own_names(view, answer), answer.columns, strict=True):
        if name and name != "*":
            fields = {"column": name, "sources": _sources(each.sources, relations), "expression": each.expression}
            flows.setdefault(name, trusted(ColumnFlow, fields))
    return list(flows.values())


def _own_names(view: Definition, answer: StatementLineage) -> list[str]:
    """The view's own names of the columns of its text, which may spell them in another case or not name them at all."""
    own = [name for name, _ in view.relation.columns]
    known, spelled = set(own), {folded(name): name for name in own}
    same = len(own) == len(answer.columns)
    found = []
    for at, each in enumerate(answer.columns):
        if each.column in known:
            found.append(each.column)
        else:
            found.append(spelled.get(folded(each.column)) or (own[at] if same else each.column))
    return found


def _sources(
    found: Iterable[SourceColumn], relations: Mapping[TableName, Sequence[KnownRelation]]
) -> tuple[ColumnSource, ...]:
    told = {
        (relation.fqn, each.column, each.transformation): None
        for each in found
        for relation in relations.get(each.table, ())
    }
    return tuple(
        trusted(ColumnSource, {"source": source, "column": column, "transformation": transformation})
        for source, column, transformation in told
    )
