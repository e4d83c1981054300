"""What a table does when its rows change."""

from __future__ import annotations

from typing import Annotated

from specs.entities.base import Entity, Name, ordered


class Trigger(Entity):
    """A trigger; ``parent`` is the FQN of its table."""

    timing: str
    """``before``, ``after`` or ``instead of``."""
    events: Annotated[tuple[str, ...], ordered()] = ()
    columns: tuple[Name, ...] = ()
    """The columns whose update fires it, where it is not all of them."""
    level: str | None = None
    order: int | None = None
    """Its turn among the triggers of the same timing and event, from the second on, where the source keeps an order."""
    function: str | None = None
    arguments: tuple[Name, ...] = ()
    condition: Name | None = None
    definition: Name | None = None
    enabled: bool = True
    state: str | None = None
    """``always``, ``replica`` (only for what replication applies) or ``disabled``; the usual state is not told."""
    constraint: bool = False
    """It belongs to a constraint, and may be deferred like one."""
    deferrable: bool = False
    initially_deferred: bool = False
    referred_table: str | None = None
    """The FQN of the other table of a constraint trigger."""
    old_table: Name | None = None
    """Under which name it sees the rows as they were."""
    new_table: Name | None = None
    """Under which name it sees the rows as they are."""
    definer: Name | None = None
    """By whose rights it runs, where that need not be the table's owner."""
