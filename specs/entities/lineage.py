"""Lineage: the objects and columns that data comes from, and the evidence for it.

One ``Lineage`` belongs to the object whose text or run tells of the flows: a view, a procedure, a pipeline, a statement
of a query log. A run replaces exactly the lineage that it read, so flows with other evidence stay.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

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


class Lineage(Entity):
    """The flows that one object tells of. It has the FQN of that object, whose type is ``target_type``."""

    DESCRIBES: ClassVar[bool] = True
    target_type: str = "Table"
    evidence: Evidence = "view"
    flows: Annotated[tuple[Flow, ...], ordered(lambda flow: (flow.target, flow.target_type))] = ()
    unresolved: Annotated[tuple[Name, ...], ordered()] = ()
    """Names in the SQL that fit no object of the catalog."""
    sql_hash: str | None = None
    """The hash of the statement, in hexadecimal; its text is kept once, with the object."""
