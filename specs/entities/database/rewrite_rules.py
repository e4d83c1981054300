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
    """``always``, ``replica`` (only in what replication applies) or ``disabled``; the usual state is not told."""
    definition: Name
    comment: Prose | None = None


class ExtendedStatistics(Part):
    """Statistics that the planner keeps over several columns or over expressions."""

    name: Name
    kinds: Annotated[tuple[str, ...], ordered()] = ()
    """``ndistinct``, ``dependencies``, ``mcv``, ``expressions``."""
    columns: tuple[Name, ...] = ()
    """In the order of the table; expressions as their text behind them."""
    target: int | None = None
    owner: Name | None = None
    comment: Prose | None = None
