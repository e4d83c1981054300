"""Parts of relations beside columns, constraints and indexes: rewrite rules, extended statistics."""

from __future__ import annotations

from typing import Annotated

from specs.entities.base import Name, Part, Prose, ordered


class RewriteRule(Part):
    """A rewrite rule: what a statement becomes."""

    name: Name
    event: str
    """``select``, ``insert``, ``update`` or ``delete``."""
    instead: bool = False
    state: str | None = None
    """``always``, ``replica`` (only for changes that replication applies) or ``disabled``; ``None`` for the default."""
    definition: Name
    comment: Prose | None = None


class ExtendedStatistics(Part):
    """Statistics that the planner keeps over several columns or over expressions."""

    name: Name
    kinds: Annotated[tuple[str, ...], ordered()] = ()
    """``ndistinct``, ``dependencies``, ``mcv``, ``expressions``."""
    columns: tuple[Name, ...] = ()
    """Columns in the order of the table, then expressions as their text."""
    target: int | None = None
    owner: Name | None = None
    comment: Prose | None = None
