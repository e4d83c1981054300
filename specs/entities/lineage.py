"""Lineage: the objects and columns that an object's data comes from, and the evidence for it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from specs.entities.base import Entity, Name, Part, ordered


class ColumnEdge(Part):
    """Columns that one column of the target is made from; ``sources`` are ``(FQN, column)``."""

    column: Name
    sources: Annotated[tuple[tuple[str, Name], ...], ordered()] = ()
    expression: Name | None = None


class Edge(Part):
    """One object that feeds the target. ``evidence`` says how we know."""

    source: str
    source_type: str = "Table"
    evidence: Literal["view", "query_log", "pipeline", "declared", "dependency"]
    via: str | None = None
    """FQN of the pipeline, procedure or dashboard that moves the data."""
    sql_hash: str | None = None
    columns: Annotated[tuple[ColumnEdge, ...], ordered(lambda edge: edge.column)] = ()


class Lineage(Entity):
    """Everything that feeds one object. It has the FQN of that object, whose type is ``target_type``."""

    DESCRIBES: ClassVar[bool] = True
    target_type: str = "Table"
    edges: Annotated[tuple[Edge, ...], ordered(lambda edge: (edge.source, edge.evidence, edge.via or ""))] = ()
    unresolved: Annotated[tuple[Name, ...], ordered()] = ()
    """Names in the SQL that could not be resolved to an FQN."""
