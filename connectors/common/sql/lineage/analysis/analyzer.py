"""The analysis of texts, in the process that calls it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from connectors.common.sql.lineage.analysis.dialects import SqlDialect, dialect_of
from connectors.common.sql.lineage.analysis.known import KnownTables
from connectors.common.sql.lineage.analysis.session import SqlSession
from connectors.common.sql.lineage.analysis.statements import read
from specs.contracts.parts.statements import Columns, Statement, StatementLineage, TableName

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it cannot read is told in the answer


class LineageAnalyzer:
    """A ``StatementParser`` without a process of its own: nothing bounds the time or the memory that a text takes."""

    def names(self, statements: Sequence[Statement]) -> list[tuple[TableName, ...]]:
        """The relations that each text names, without its own CTEs and temporary tables."""
        nothing = KnownTables({})
        return [tuple(self._session(each, nothing)[0].named) for each in statements]

    def lineage(self, statements: Sequence[Statement], columns: Columns) -> list[tuple[StatementLineage, ...]]:
        """What the statements of each text read and write, in order."""
        known = KnownTables(columns)
        return [tuple(self._session(each, known)[1]) for each in statements]

    def close(self) -> None:
        """Nothing runs for it."""

    def _session(self, statement: Statement, known: KnownTables) -> tuple[SqlSession, list[StatementLineage]]:
        session = SqlSession(dialect_of(statement.dialect), known, statement.database, statement.schema)
        found: list[StatementLineage] = []
        for node in _parsed(statement.sql, session.dialect):
            if isinstance(node, StatementLineage):
                found.append(node)
            else:
                found += _read(session, node, statement.target)
        return session, found


def _parsed(sql: str, dialect: SqlDialect) -> list[exp.Expr | StatementLineage]:
    try:
        return [each for each in sqlglot.parse(sql, dialect=dialect.engine) if each is not None]
    except (SqlglotError, RecursionError) as error:
        return [_failed(error)]


def _read(session: SqlSession, node: exp.Expr, target: TableName | None) -> list[StatementLineage]:
    try:
        return read(session, node, target)
    except RecursionError as error:
        return [_failed(error)]


def _failed(error: Exception) -> StatementLineage:
    if isinstance(error, RecursionError):
        return StatementLineage("other", level="none", error="it is nested too deeply")
    return StatementLineage("other", level="none", error=str(error).splitlines()[0][:500])
