"""What a table does when its rows change."""

from __future__ import annotations

from typing import Annotated

from specs.entities.base import Entity, Name, ordered


class Trigger(Entity):
    """A trigger; ``parent`` is the FQN of its table."""

    timing: str
    """``before``, ``after`` or ``instead of``."""
    events: Annotated[tuple[str, ...], ordered()] = ()
    level: str | None = None
    function: str | None = None
    condition: Name | None = None
    definition: Name | None = None
    enabled: bool = True
