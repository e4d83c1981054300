"""Makes ``Lineage`` of the statements in a body: one flow for each relation that they write."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.common.sql.lineage.bodies.texts import CodeBody
from connectors.common.sql.lineage.fed_relation import FedRelation
from connectors.common.sql.lineage.flows import ambiguous, by_name, text_hash, written
from connectors.common.sql.lineage.relations import Meanings
from specs import names
from specs.contracts.parts.statements import StatementLineage
from specs.entities.lineage import Lineage

MOVES = frozenset({"insert", "create_view", "create_table", "merge", "update", "copy"})
"""Kinds of statements that put data into a relation."""


def lineage(
    body: CodeBody, answers: Sequence[StatementLineage], meanings: Meanings, *, filters: bool
) -> Lineage | None:
    """The lineage of a body, or ``None`` when it moves no data."""
    relations, doubtful = by_name(meanings), ambiguous(meanings)
    targets: dict[str, FedRelation] = {}
    unresolved: dict[str, None] = {}
    for answer in answers:
        if answer.kind not in MOVES or answer.target is None or answer.temporary:
            continue
        fitting = relations.get(answer.target, ())
        if not fitting:
            unresolved.setdefault(written(answer.target))
        for relation in fitting:
            target = targets.setdefault(relation.fqn, FedRelation(relation))
            shared = doubtful | ({relation.fqn} if len(fitting) > 1 else set())
            target.add(answer, relations, shared, filters=filters)
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
