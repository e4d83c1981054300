"""Triggers of tables."""

from __future__ import annotations

from typing import Annotated

from specs.entities.base import Entity, Name, ordered


class Trigger(Entity):
    """A trigger; ``parent`` is the FQN of its table."""

    timing: str
    """``before``, ``after`` or ``instead of``."""
    events: Annotated[tuple[str, ...], ordered()] = ()
    columns: tuple[Name, ...] = ()
    """The columns whose update fires it; empty for all."""
    level: str | None = None
    order: int | None = None
    """Its position among the triggers of the same timing and event, given from the second one on; ``None`` where the
    source has no such order."""
    function: str | None = None
    arguments: tuple[Name, ...] = ()
    condition: Name | None = None
    definition: Name | None = None
    enabled: bool = True
    state: str | None = None
    """``always``, ``replica`` (only for changes that replication applies) or ``disabled``; ``None`` for the default."""
    constraint: bool = False
    """Whether it belongs to a constraint and may be deferred."""
    deferrable: bool = False
    initially_deferred: bool = False
    referred_table: str | None = None
    """The FQN of the other table of a constraint trigger."""
    old_table: Name | None = None
    """The name under which its code reads the rows before the change."""
    new_table: Name | None = None
    """The name under which its code reads the rows after the change."""
    definer: Name | None = None
    """The account with whose rights it runs, where the source allows another one than the table's owner."""
