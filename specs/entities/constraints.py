"""What the rows of a table must keep to."""

from __future__ import annotations

from enum import StrEnum

from specs.entities.base import Name, Part


class ConstraintKind(StrEnum):
    PRIMARY_KEY = "primary_key"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign_key"
    CHECK = "check"
    EXCLUSION = "exclusion"


class Constraint(Part):
    """A constraint; ``columns`` keep the source's order. Foreign keys name the referred table by its FQN."""

    kind: ConstraintKind
    name: Name | None = None
    columns: tuple[Name, ...] = ()
    referred_table: str | None = None
    referred_columns: tuple[Name, ...] = ()
    on_update: str | None = None
    on_delete: str | None = None
    expression: Name | None = None
    deferrable: bool = False
    enforced: bool = True
