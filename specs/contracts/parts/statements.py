"""What a parser of SQL tells of statements, and the protocol of such a parser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:  # the process of a parser does without the models of entities
    from specs.entities.lineage import Transformation

StatementKind = Literal[
    "select", "insert", "create_view", "create_table", "merge", "update", "delete", "copy", "rename", "drop", "other"
]


class TableName(NamedTuple):
    """A relation as a statement names it, completed by the defaults of its session; ``""`` where nothing says it."""

    database: str
    schema: str
    name: str


class SourceColumn(NamedTuple):
    """A column that something is made of."""

    table: TableName
    column: str
    transformation: Transformation = "identity"


class TargetColumn(NamedTuple):
    """A column that a statement writes, or that a query yields; ``expression`` where it is no plain copy."""

    column: str
    sources: tuple[SourceColumn, ...]
    expression: str | None = None


class JoinedTables(NamedTuple):
    """Two relations that a statement joins; ``columns`` are pairs ``(left, right)`` that it compares for equality."""

    left: TableName
    right: TableName
    columns: tuple[tuple[str, str], ...]


class StatementLineage(NamedTuple):
    """What one statement reads and writes. Without ``target`` it writes nothing (a query, or a statement of no data).

    ``level`` says how far it was understood: ``columns``; ``tables``, when its columns could not be told; ``none``,
    when nothing could, and ``error`` says why. ``read`` are the columns that are used of each relation, wherever they
    stand. ``renamed`` is the new name of a relation that is renamed, or the one that it is swapped with. ``temporary``:
    what is written lives as long as the session. ``through`` are such relations that were read: ``sources`` has what
    they were made of.
    """

    kind: StatementKind
    target: TableName | None = None
    sources: tuple[TableName, ...] = ()
    columns: tuple[TargetColumn, ...] = ()
    filters: tuple[SourceColumn, ...] = ()
    joins: tuple[JoinedTables, ...] = ()
    read: tuple[tuple[TableName, str], ...] = ()
    unresolved: tuple[str, ...] = ()
    renamed: TableName | None = None
    temporary: bool = False
    through: tuple[TableName, ...] = ()
    level: Literal["columns", "tables", "none"] = "columns"
    error: str | None = None


class Statement(NamedTuple):
    """A text to parse: one statement, or the statements of one session. ``id`` comes back with the answer."""

    id: int
    sql: str
    dialect: str = ""
    database: str = ""
    schema: str = ""
    target: TableName | None = None
    """The relation whose definition this is: of a view, databases keep the query only."""


Columns = Mapping[TableName, Sequence[tuple[str, str]]]
"""The columns ``(name, type)`` of the relations that statements name, as far as they are known."""


class StatementParser(Protocol):
    """Parses statements in two steps, so that columns are looked up for many statements together.

    Neither method raises for what it cannot read: such a statement has ``error``. It may answer from another process.
    """

    def names(self, statements: Sequence[Statement]) -> list[tuple[TableName, ...]]:
        """The relations that each text names, without its own CTEs and temporary tables."""
        ...

    def lineage(self, statements: Sequence[Statement], columns: Columns) -> list[tuple[StatementLineage, ...]]:
        """What the statements of each text read and write, in order; names are those of ``columns``, where they fit."""
        ...

    def close(self) -> None:
        """End what runs for the parser. May be called twice."""
        ...
