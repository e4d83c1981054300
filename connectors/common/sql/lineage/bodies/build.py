"""Makes ``Lineage`` of the statements in a body: one flow for each relation that they write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.common.sql.lineage.bodies.texts import CodeBody
from connectors.common.sql.lineage.flows import PARTLY, Relations, ambiguous, by_name, sources, text_hash, written
from connectors.common.sql.lineage.relations import KnownRelation, Meanings
from specs import names
from specs.contracts.parts.resolver import folded
from specs.contracts.parts.statements import StatementLineage
from specs.entities.construction import trusted
from specs.entities.lineage import ColumnFlow, ColumnSource, Edge, Flow, Lineage

MOVES = frozenset({"insert", "create_view", "create_table", "merge", "update", "copy"})
"""Kinds of statements that put data into a relation."""


@dataclass(slots=True)
class _Target:
    """What statements put into one relation: edges by source, columns with their sources and expressions."""

    relation: KnownRelation
    edges: dict[str, float] = field(default_factory=dict)
    columns: dict[str, dict[ColumnSource, None]] = field(default_factory=dict)
    expressions: dict[str, dict[str | None, None]] = field(default_factory=dict)
    filters: dict[ColumnSource, None] = field(default_factory=dict)

    def flow(self) -> Flow:
        columns = []
        for name, found in self.columns.items():
            told = [each for each in self.expressions[name] if each is not None]
            expression = told[0] if len(told) == len(self.expressions[name]) == 1 else None
            columns.append(trusted(ColumnFlow, {"column": name, "sources": tuple(found), "expression": expression}))
        edges = tuple(Edge(source=source, confidence=confidence) for source, confidence in self.edges.items())
        return Flow(target=self.relation.fqn, edges=edges, columns=tuple(columns), filters=tuple(self.filters))


def lineage(
    body: CodeBody, answers: Sequence[StatementLineage], meanings: Meanings, *, filters: bool
) -> Lineage | None:
    """The lineage of a body, or ``None`` when it moves no data."""
    relations, doubtful = by_name(meanings), ambiguous(meanings)
    targets: dict[str, _Target] = {}
    unresolved: dict[str, None] = {}
    for answer in answers:
        if answer.kind not in MOVES or answer.target is None or answer.temporary:
            continue
        fitting = relations.get(answer.target, ())
        if not fitting:
            unresolved.setdefault(written(answer.target))
        for relation in fitting:
            target = targets.setdefault(relation.fqn, _Target(relation))
            _add(target, answer, relations, doubtful | ({relation.fqn} if len(fitting) > 1 else set()), filters)
        unresolved |= dict.fromkeys(answer.unresolved)
        unresolved |= {written(name): None for name in answer.sources if name not in relations}
    flows = tuple(each.flow() for each in targets.values() if each.edges or each.columns)
    if not flows and not unresolved:
        return None
    path = names.split(body.fqn)
    return Lineage(
        fqn=body.fqn,
        name=path[-1],
        parent=names.build(*path[:-1]),
        target_type=body.type,
        evidence=body.evidence,
        flows=flows,
        unresolved=tuple(unresolved),
        sql_hash=text_hash(body.text),
    )


def _add(target: _Target, answer: StatementLineage, relations: Relations, doubtful: set[str], filters: bool) -> None:
    for name in answer.sources:
        for each in relations.get(name, ()):
            sure = answer.level == "columns" and not {each.fqn, target.relation.fqn} & doubtful
            target.edges[each.fqn] = max(target.edges.get(each.fqn, 0.0), 1.0 if sure else PARTLY)
    for column in answer.columns:
        own = _own(target.relation, column.column)
        if own and own != "*":
            target.columns.setdefault(own, {}).update(dict.fromkeys(sources(column.sources, relations)))
            target.expressions.setdefault(own, {})[column.expression] = None
    if filters:
        target.filters |= dict.fromkeys(sources(answer.filters, relations))


def _own(relation: KnownRelation, column: str) -> str:
    """The relation's own name of a column that a statement may spell in another case."""
    own = [name for name, _ in relation.columns]
    return column if column in own else next((name for name in own if folded(name) == folded(column)), column)
