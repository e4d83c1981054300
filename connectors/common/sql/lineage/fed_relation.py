"""Gathers what several statements put into one relation, as one flow."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from connectors.common.sql.lineage.flows import PARTLY, Relations, sources
from connectors.common.sql.lineage.relations import KnownRelation
from specs.contracts.parts.resolver import folded
from specs.contracts.parts.statements import StatementLineage
from specs.entities.construction import trusted
from specs.entities.lineage import ColumnFlow, ColumnSource, Edge, Flow


@dataclass(slots=True)
class FedRelation:
    """What statements put into one relation: the confidence of each edge by its source, columns with their sources and
    expressions."""

    relation: KnownRelation
    edges: dict[str, float] = field(default_factory=dict)
    columns: dict[str, dict[ColumnSource, None]] = field(default_factory=dict)
    expressions: dict[str, dict[str | None, None]] = field(default_factory=dict)
    filters: dict[ColumnSource, None] = field(default_factory=dict)

    def add(self, answer: StatementLineage, relations: Relations, doubtful: AbstractSet[str], *, filters: bool) -> None:
        """Add what one statement puts into it; ``doubtful`` are FQNs of relations that share a name."""
        for name in answer.sources:
            for each in relations.get(name, ()):
                sure = answer.level == "columns" and not {each.fqn, self.relation.fqn} & doubtful
                self.edges[each.fqn] = max(self.edges.get(each.fqn, 0.0), 1.0 if sure else PARTLY)
        for column in answer.columns:
            own = self._own(column.column)
            if own and own != "*":
                self.columns.setdefault(own, {}).update(dict.fromkeys(sources(column.sources, relations)))
                self.expressions.setdefault(own, {})[column.expression] = None
        if filters:
            self.filters |= dict.fromkeys(sources(answer.filters, relations))

    def flow(self) -> Flow:
        """Everything that was added."""
        columns = []
        for name, found in self.columns.items():
            told = [each for each in self.expressions[name] if each is not None]
            expression = told[0] if len(told) == len(self.expressions[name]) == 1 else None
            columns.append(trusted(ColumnFlow, {"column": name, "sources": tuple(found), "expression": expression}))
        edges = tuple(Edge(source=source, confidence=confidence) for source, confidence in self.edges.items())
        return Flow(target=self.relation.fqn, edges=edges, columns=tuple(columns), filters=tuple(self.filters))

    def _own(self, column: str) -> str:
        """The relation's own name of a column that a statement may spell in another case."""
        own = [name for name, _ in self.relation.columns]
        return column if column in own else next((name for name in own if folded(name) == folded(column)), column)
