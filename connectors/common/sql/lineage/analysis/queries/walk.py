"""What the parts of a walk through one statement share: the session, and what was found on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.scope import QueryScope
from connectors.common.sql.lineage.analysis.relations import Derived, Origins
from connectors.common.sql.lineage.analysis.session import SqlSession
from specs.contracts.parts.statements import TableName


class Walk(ABC):
    """One statement. Everything is kept in the order in which it is found."""

    def __init__(self, session: SqlSession) -> None:
        self.session = session
        self.fold = session.dialect.fold
        self.sources: dict[TableName, None] = {}
        self.through: dict[TableName, None] = {}
        self.read: dict[tuple[TableName, str], None] = {}
        self.filters: Origins = {}
        self.joins: dict[tuple[TableName, TableName], dict[tuple[str, str], None]] = {}
        self.unresolved: dict[str, None] = {}
        self.modifying: list[tuple[exp.Expr, QueryScope]] = []
        self.incomplete = False

    @abstractmethod
    def query(self, node: exp.Expr, outer: QueryScope | None) -> Derived:
        """What a query yields, which may use names of the scope around it."""
