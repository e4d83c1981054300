"""What finds the rows of a table quickly."""

from __future__ import annotations

from pydantic import Field

from specs.entities.base import Name, Part, Properties, Prose


class IndexKey(Part):
    """One part of an index's key, where it is more than a column in ascending order. ``name`` is the column or the
    expression."""

    name: Name
    order: str | None = None
    """``desc``; ascending order is not told."""
    nulls: str | None = None
    """``first`` or ``last``, where it is not what the order brings with it."""
    collation: Name | None = None
    """Where it is another one than the column's."""
    operator_class: Name | None = None
    """Where it is not the type's default."""
    length: int | None = None
    """How many leading characters or bytes are indexed, where it is not all."""
    statistics_target: int | None = None
    options: Properties = Field(default_factory=dict)


class Index(Part):
    """An index; ``columns`` in order, expressions as their text. ``keys`` has the same parts in the same order, where
    one of them has more to say."""

    name: Name
    columns: tuple[Name, ...] = ()
    keys: tuple[IndexKey, ...] = ()
    included: tuple[Name, ...] = ()
    unique: bool = False
    nulls_not_distinct: bool = False
    method: str | None = None
    predicate: Name | None = None
    valid: bool = True
    """Whether queries use it; one whose building failed, or is not finished, is not valid."""
    clustered: bool = False
    """Whether the table's rows were last put in its order, and are to be again."""
    tablespace: Name | None = None
    options: Properties = Field(default_factory=dict)
    comment: Prose | None = None
