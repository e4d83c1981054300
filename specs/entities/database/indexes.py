"""Indexes of tables."""

from __future__ import annotations

from pydantic import Field

from specs.entities.base import Name, Part, Properties, Prose


class IndexKey(Part):
    """One part of an index's key, where it is more than a column in ascending order. ``name`` is the column or the
    expression."""

    name: Name
    order: str | None = None
    """``desc``; ``None`` for ascending order."""
    nulls: str | None = None
    """``first`` or ``last``; ``None`` for the default of the order."""
    collation: Name | None = None
    """``None`` for the column's own collation."""
    operator_class: Name | None = None
    """``None`` for the default of the type."""
    length: int | None = None
    """How many leading characters or bytes are indexed; ``None`` for all."""
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
    """Whether queries use it; ``False`` while it is being built, and when that failed."""
    clustered: bool = False
    """Whether the table was last clustered by this index, and would be again."""
    tablespace: Name | None = None
    options: Properties = Field(default_factory=dict)
    comment: Prose | None = None
