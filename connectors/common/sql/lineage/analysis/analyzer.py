"""The analysis of texts, in the process that calls it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from connectors.common.sql.lineage.analysis.dialects import dialect_of
from connectors.common.sql.lineage.analysis.known import KnownTables
from connectors.common.sql.lineage.analysis.script_reader import ScriptReader
from connectors.common.sql.lineage.analysis.session import SqlSession
from specs.contracts.parts.statements import Columns, Statement, StatementLineage, TableName

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it cannot read is told in the answer

MOST_PAIRS = 100_000
"""Pairs of a column and one that it is made of which are told of a text."""


class LineageAnalyzer:
    """A ``StatementParser`` without a process of its own: nothing bounds the time or the memory that a text takes."""

    def names(self, statements: Sequence[Statement]) -> list[tuple[TableName, ...]]:
        """The relations that each text names, without its own CTEs and temporary tables."""
        nothing = KnownTables({})
        return [tuple(_read(each, nothing, names_only=True)[0].named) for each in statements]

    def lineage(self, statements: Sequence[Statement], columns: Columns) -> list[tuple[StatementLineage, ...]]:
        """What the statements of each text read and write, in order."""
        known = KnownTables(columns)
        return [tuple(_read(each, known)[1]) for each in statements]

    def close(self) -> None:
        """Nothing runs for it."""


def _read(
    statement: Statement, known: KnownTables, *, names_only: bool = False
) -> tuple[SqlSession, list[StatementLineage]]:
    session = SqlSession(dialect_of(statement.dialect), known, statement.database, statement.schema)
    session.names_only = names_only
    found = ScriptReader(session, statement.target).read(statement.sql)
    return session, list(_bounded(found))


def _bounded(answers: Iterator[StatementLineage]) -> Iterator[StatementLineage]:
    """The answers, without columns where those of the text are made of too many: a short text may name each of a
    thousand columns in each of a thousand expressions, or in a thousand statements."""
    told = 0
    for answer in answers:
        pairs = len(answer.filters) + sum(len(each.sources) for each in answer.columns)
        if told + pairs <= MOST_PAIRS:
            told += pairs
            yield answer
            continue
        error = f"its columns are made of {pairs:,} others, and {MOST_PAIRS:,} are told of a text: only tables are"
        yield answer._replace(columns=(), filters=(), read=(), level="tables", error=error)
