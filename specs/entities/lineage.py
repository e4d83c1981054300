"""Lineage: the objects and columns that data comes from, and the evidence for it.

One ``Lineage`` belongs to the object whose text or run tells of the flows: a view, a procedure, a pipeline, a statement
of a query log. A run replaces exactly the lineage that it read, so flows with other evidence stay.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from specs.entities.base import Entity, Name, Part, ordered

Evidence = Literal["view", "procedure", "trigger", "query_log", "pipeline", "dashboard", "declared"]
"""What tells of a flow. What the source's own catalog proves is marked per edge (``Edge.proven``)."""
Transformation = Literal["identity", "expression", "aggregate", "filter"]
"""What becomes of a source's column: copied, computed with, aggregated; ``filter``: it only decides which rows there
are."""


class Edge(Part):
    """One object that feeds the target of a flow."""

    source: str
    source_type: str = "Table"
    proven: bool | None = None
    """Whether the source's own catalog records this dependency; ``None`` where it records none at all."""
    confidence: float = 1.0
    """From 0 to 1. Below 1: the text was understood only in part, or a name fits several objects."""
    sql_hash: str | None = None
    """Of an edge that a query log tells of: the statement, one of ``Lineage.statements``."""
    note: Name | None = None
    """What people say of an edge that they declared."""


class ColumnSource(Part):
    """A column of a source, by the FQN of its table."""

    source: str
    column: Name
    transformation: Transformation = "identity"


class ColumnFlow(Part):
    """One column of the target, and the columns that it is made of; ``expression`` where it is no plain copy."""

    column: Name
    sources: Annotated[tuple[ColumnSource, ...], ordered(lambda each: (each.source, each.column, each.transformation))]
    expression: Name | None = None


class Flow(Part):
    """Everything that feeds one target by one statement or object."""

    target: str
    target_type: str = "Table"
    edges: Annotated[tuple[Edge, ...], ordered(lambda edge: (edge.source, edge.source_type))] = ()
    columns: Annotated[tuple[ColumnFlow, ...], ordered(lambda flow: flow.column)] = ()
    filters: Annotated[tuple[ColumnSource, ...], ordered(lambda each: (each.source, each.column))] = ()
    """Columns that decide which rows there are (join conditions, WHERE); only when the recipe asks for them."""


class LoggedText(Part):
    """A statement of a query log, without its literals, which are data; kept once for all edges that it tells of."""

    sql_hash: str
    sql: Name


class EdgeUse(Part):
    """How often statements of a query log moved data over an edge, and when; a statement counts for all its sources."""

    source: str
    count: int
    first: datetime
    last: datetime


class Lineage(Entity):
    """The flows that one object tells of. It has the FQN of that object, whose type is ``target_type``.

    What a query log tells of one target lies below the ``LineageLog``, and what people declare of one below the
    service: neither has an object of its own.
    """

    DESCRIBES: ClassVar[bool] = True
    VOLATILE: ClassVar[frozenset[str]] = frozenset({"seen"})
    target_type: str = "Table"
    evidence: Evidence = "view"
    flows: Annotated[tuple[Flow, ...], ordered(lambda flow: (flow.target, flow.target_type))] = ()
    unresolved: Annotated[tuple[Name, ...], ordered()] = ()
    """Names in the SQL that fit no object of the catalog."""
    sql_hash: str | None = None
    """The hash of the statement, in hexadecimal; its text is kept once, with the object."""
    statements: Annotated[tuple[LoggedText, ...], ordered(lambda each: each.sql_hash)] = ()
    """The statements of a query log that edges refer to."""
    seen: Annotated[tuple[EdgeUse, ...], ordered(lambda each: each.source)] | None = None
    """When a query log showed each edge, and how often; ``None`` where none tells of it."""


class LineageLog(Entity):
    """An account of the query log that lineage was read from, over one window.

    It was read from ``since`` on, and ``until`` is when the last statement ran.
    ``statements`` = ``moving`` (they put data of one object into another) + ``others`` + ``unparsed``. ``targets`` are
    objects of the catalog that were written. ``unknown`` are the names most often written that fit no object.
    ``overflow`` are moving statements that were not told apart for lack of room.
    """

    VOLATILE: ClassVar[frozenset[str]] = frozenset(
        {"since", "until", "statements", "moving", "others", "unparsed", "failed", "broken", "shapes", "overflow"}
        | {"targets", "unknown", "files", "begun"}
    )
    evidence: str = "query_log"
    """Where the statements come from: a ``query_log``, or counters of the server (``statistics``), which know no
    sessions."""
    since: datetime | None = None
    until: datetime | None = None
    statements: int = 0
    moving: int = 0
    others: int = 0
    unparsed: int = 0
    failed: int = 0
    broken: int = 0
    shapes: int = 0
    overflow: int = 0
    targets: int = 0
    unknown: Annotated[tuple[Name, ...], ordered()] = ()
    files: tuple[list[Any], ...] = ()
    """What is known of the files of the log: where their days lie, so that nothing in front of the window is read."""
    begun: float | None = None
    """When it was begun to be read, in seconds since 1970."""

    def search_text(self) -> str:
        """Nothing: a log is no object of the source."""
        return ""


class LogWatermark(Entity):
    """Says that the reading of a query log, or of one day of it, that was ``begun`` then came to its end, and all that
    was told of it is stored. While the log and the settings have this ``seal``, and the names that were ``asked`` for
    mean what was ``meant``, it is not read again. Without a seal it is."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"begun", "seal", "asked", "meant"})
    begun: float | None = None
    seal: str = ""
    asked: tuple[tuple[str, str, str], ...] = ()
    meant: str = ""

    def search_text(self) -> str:
        """Nothing: a watermark is no object of the source."""
        return ""
