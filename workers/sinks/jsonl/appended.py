"""The jsonl sink in ``mode: changes``: a file that grows by a line per change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from specs.contracts.sink import Bounds, Change, Refused
from specs.recipe.recipe import ServiceRef
from workers.sinks.common.change_line import line
from workers.sinks.common.line_files import append
from workers.sinks.jsonl.config import JsonlConfig

BATCH = Bounds(1000, 4_000_000)


class AppendingSink:
    """Appends lines and syncs them to disk. An incomplete line that a crash left is removed before the next one is
    added.

    After a crash a batch may be in the file twice. A reader that keeps the last line of each object gets the same
    state.
    """

    bounds = BATCH
    timeout = 0.0

    def __init__(self, config: JsonlConfig, service: ServiceRef) -> None:
        self._path = Path(config.path)

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        """Append a line per change; refuses none. Raises ``Fatal`` when the file cannot be written."""
        if not changes:
            return []
        text = "".join(f"{line(change)}\n" for change in changes).encode()
        append(self._path, text)
        return []

    def close(self) -> None:
        """Do nothing: the file is opened for each batch only."""
