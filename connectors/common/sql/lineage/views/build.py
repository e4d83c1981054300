"""Makes ``Lineage`` of what a parser has found in a definition, what the catalog knows of the names in it, and what the
source's own catalog records."""

from __future__ import annotations

from connectors.common.sql.lineage.flows import PARTLY, Relations, ambiguous, by_name, sources, text_hash, written
from connectors.common.sql.lineage.relations import Meanings
from connectors.common.sql.lineage.views.definitions import Definition
from specs import names
from specs.contracts.parts.resolver import folded
from specs.contracts.parts.statements import StatementLineage
from specs.entities.construction import trusted
from specs.entities.lineage import ColumnFlow, Edge, Flow, Lineage


def lineage(view: Definition, found: StatementLineage | None, meanings: Meanings, *, filters: bool) -> Lineage:
    """The lineage of a view; without ``found`` only what the source itself records."""
    fqn = view.relation.fqn
    answer = found or StatementLineage("other", level="none")
    relations = by_name(meanings)
    edges, unresolved = _edges(view, answer, relations, ambiguous(meanings))
    columns = [] if found is None else _columns(view, answer, relations)
    flows: tuple[Flow, ...] = ()
    if edges:
        conditions = sources(answer.filters, relations) if filters else ()
        flows = (Flow(target=fqn, edges=tuple(edges.values()), columns=tuple(columns), filters=conditions),)
    return Lineage(
        fqn=fqn,
        name=view.relation.table.name,
        parent=names.build(*names.split(fqn)[:-1]),
        evidence="view",
        flows=flows,
        unresolved=tuple(unresolved),
        sql_hash=text_hash(view.text),
    )


def _edges(
    view: Definition,
    answer: StatementLineage,
    relations: Relations,
    ambiguous: set[str],
) -> tuple[dict[str, Edge], dict[str, None]]:
    """The edges by their source, and the names that fit nothing."""
    edges: dict[str, Edge] = {}
    unresolved = dict.fromkeys(answer.unresolved)
    for name in answer.sources:
        fitting = relations.get(name, ())
        if not fitting:
            unresolved.setdefault(written(name))
        for each in fitting:
            proven = each.fqn in view.depends_on if view.depends_on else None
            partly = answer.level != "columns" or proven is False or (each.fqn in ambiguous and not proven)
            edges[each.fqn] = Edge(source=each.fqn, proven=proven, confidence=PARTLY if partly else 1.0)
    for fqn in view.depends_on:
        edges.setdefault(fqn, Edge(source=fqn, proven=True))
    return edges, unresolved


def _columns(view: Definition, answer: StatementLineage, relations: Relations) -> list[ColumnFlow]:
    flows: dict[str, ColumnFlow] = {}
    for name, each in zip(_own_names(view, answer), answer.columns, strict=True):
        if name and name != "*":
            fields = {"column": name, "sources": sources(each.sources, relations), "expression": each.expression}
            flows.setdefault(name, trusted(ColumnFlow, fields))
    return list(flows.values())


def _own_names(view: Definition, answer: StatementLineage) -> list[str]:
    """The view's own names of the columns of its text, which may spell them in another case or not name them at all.
    What ``*`` yields of a relation that has more columns by now is none of the view's, and has no name."""
    own = [name for name, _ in view.relation.columns]
    known, spelled = set(own), {folded(name): name for name in own}
    same = len(own) == len(answer.columns)
    found = []
    for at, each in enumerate(answer.columns):
        if each.column in known:
            found.append(each.column)
        else:
            found.append(spelled.get(folded(each.column)) or (own[at] if same else "" if own else each.column))
    return found
