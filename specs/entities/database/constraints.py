"""Constraints: the conditions that the rows of a table must meet."""

from __future__ import annotations

from enum import StrEnum

from specs.entities.base import Name, Part, Prose


class ConstraintKind(StrEnum):
    PRIMARY_KEY = "primary_key"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign_key"
    CHECK = "check"
    EXCLUSION = "exclusion"
    NOT_NULL = "not_null"
    """Only where it says more than ``Column.nullable``: it has a name, or existing rows were never checked."""


class Constraint(Part):
    """A constraint; ``columns`` keep the source's order. Foreign keys name the referred table by its FQN."""

    kind: ConstraintKind
    name: Name | None = None
    columns: tuple[Name, ...] = ()
    referred_table: str | None = None
    referred_columns: tuple[Name, ...] = ()
    on_update: str | None = None
    on_delete: str | None = None
    on_delete_columns: tuple[Name, ...] = ()
    """The columns that ``on_delete`` sets; empty when it sets all columns of the constraint."""
    match: str | None = None
    """``full`` or ``partial``; ``None`` for a simple match."""
    expression: Name | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    enforced: bool = True
    validated: bool = True
    """Whether rows that are older than the constraint were checked against it."""
    no_inherit: bool = False
    on_conflict: str | None = None
    """The effect on a statement that would violate it: ``ignore``, ``replace``, ``fail`` or ``rollback``; ``None`` for
    the default."""
    nulls_not_distinct: bool = False
    without_overlaps: bool = False
    """The last column of the key is a range, and the ranges of equal keys do not overlap."""
    period: bool = False
    """The last column of the foreign key is a range, covered by the ranges of the referred rows together."""
    comment: Prose | None = None
