"""The protocol of profilers, which measure a table and its columns."""

from __future__ import annotations

from typing import Protocol

from specs.entities.database.tables import Table
from specs.entities.profile import TableProfile


class Profiler(Protocol):
    """Measures tables over a connection of its own."""

    def profile(self, table: Table, sample: int | None = None) -> TableProfile:
        """Measure a table, over ``sample`` rows at most (``None``: all). Raises ``Skip`` when it cannot be read."""
        ...

    def close(self) -> None: ...
