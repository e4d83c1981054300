"""The jsonl sink in ``mode: snapshot``: a service's full state in one file, an entity a line, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workers.sinks.common.line_files import replace
from workers.sinks.jsonl.config import JsonlConfig


class JsonlSink:
    """Writes another file and renames it, so that a reader sees the old content or the new one, never a part."""

    def __init__(self, config: JsonlConfig) -> None:
        self._path = Path(config.path)

    def write(self, lines: Iterable[str]) -> int:
        """Replace the file's content by ``lines``; returns how many. Raises ``Fatal`` when it cannot be written; the
        old file stays then."""
        return replace(self._path, lines)

    def close(self) -> None:
        """Do nothing: ``write`` closes its file."""
