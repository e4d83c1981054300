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
    """Appends and syncs. A line that a crash left half written is cut off before the next one is added.

    A batch may stand in the file twice after a crash; whoever reads lines in order and keeps the last one of each
    object ends with the same.
    """

    bounds = BATCH
    timeout = 0.0

    def __init__(self, config: JsonlConfig, service: ServiceRef) -> None:
        self._path = Path(config.path)

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
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
        """Nothing stays open."""


def _mend(file: int) -> None:
    """Cut the file behind its last line end."""
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
