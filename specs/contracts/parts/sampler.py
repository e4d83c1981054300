"""The protocol of samplers, which read some rows of a table, for people and for the profiler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from specs.entities.database.tables import Table


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of one table. ``rows`` hold values in the order of ``columns``; ``whole``: the table has no more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    whole: bool = False


class Sampler(Protocol):
    """Draws samples over a connection of its own."""

    def sample(self, table: Table, rows: int) -> Sample:
        """At most ``rows`` rows. Raises ``Skip`` for a table that cannot be read."""
        ...

    def close(self) -> None: ...
