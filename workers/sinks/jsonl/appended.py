"""The jsonl sink in ``mode: changes``: a file that grows by a line per change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from specs.contracts.sink import Bounds, Change, Refused
from specs.errors import Fatal
from specs.recipe.recipe import ServiceRef
from workers.sinks.common.change_line import line
from workers.sinks.jsonl.config import JsonlConfig
from workers.store.private_files import opener

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
        try:
            with open(self._path, "a+b", opener=opener) as stream:
                _mend(stream.fileno())
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            remedy = "make room or choose another path"
            raise Fatal(f"cannot write: {error.strerror}", str(self._path), remedy, reason="sink") from None
        return []

    def close(self) -> None:
        """Do nothing: the file is opened for each batch only."""


def _mend(file: int) -> None:
    """Cut the file off behind its last line end."""
    size = end = os.fstat(file).st_size
    while end:
        start = max(0, end - 65536)
        at = os.pread(file, end - start, start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    if end < size:
        os.ftruncate(file, end)
