"""The jsonl sink in ``mode: snapshot``: a service's full state in one file, an entity a line, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from specs.errors import Fatal
from workers.sinks.jsonl.config import JsonlConfig
from workers.store.private_files import replacing


class JsonlSink:
    """Writes another file and renames it, so that a reader sees the old content or the new one, never a part."""

    def __init__(self, config: JsonlConfig) -> None:
        self._path = Path(config.path)

    def write(self, lines: Iterable[str]) -> int:
        """Replace the file's content by ``lines``; returns how many. Raises ``Fatal`` when it cannot be written; the
        old file stays then."""
        try:
            with replacing(self._path) as stream:
                count = _fill(stream, lines)
        except OSError as error:
            remedy = "make room or choose another path, then crawl again"
            raise Fatal(f"cannot write: {error.strerror}", str(self._path), remedy, reason="sink") from None
        return count

    def close(self) -> None:
        """Do nothing: ``write`` closes its file."""


def _fill(stream: TextIO, lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        stream.write(line)
        if not line.endswith("\n"):
            stream.write("\n")
        count += 1
    return count
