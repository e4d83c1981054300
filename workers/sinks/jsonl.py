"""The jsonl sink: a service's full state in one file, an entity a line, replaced as a whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field

from specs.config import LocalFile
from specs.errors import Fatal
from specs.sink import Mode
from workers.sinks.config import SinkConfig

BUFFER = 1 << 20


class JsonlConfig(SinkConfig):
    """Settings of ``type: jsonl``."""

    type: Literal["jsonl"] = Field(description="The sink's type.")
    path: LocalFile = Field(min_length=1, description="The file to write; its folder must exist.")
    mode: Mode = Field(
        default="snapshot",
        description="snapshot: the full state at the end of each run; changes: a line appended per change.",
    )


class JsonlSink:
    """Writes aside, then renames: a reader sees the old file or the new one, never a part."""

    def __init__(self, config: JsonlConfig) -> None:
        self._path = Path(config.path)

    def write(self, lines: Iterable[str]) -> int:
        """Replace the file by ``lines``; returns how many. Raises ``Fatal`` when it cannot, the old file stays."""
        aside = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        try:
            count = _fill(aside, lines)
            os.replace(aside, self._path)
            _sync(self._path.parent)
        except OSError as error:
            remedy = "make room or choose another path, then crawl again"
            raise Fatal(f"cannot write: {error.strerror}", str(self._path), remedy, reason="sink") from None
        finally:
            with contextlib.suppress(OSError):
                aside.unlink()
        return count

    def close(self) -> None:
        """Nothing stays open."""


def _fill(path: Path, lines: Iterable[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", buffering=BUFFER, newline="") as stream:
        for line in lines:
            stream.write(line)
            if not line.endswith("\n"):
                stream.write("\n")
            count += 1
        stream.flush()
        os.fsync(stream.fileno())
    return count


def _sync(folder: Path) -> None:
    """Make the rename durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
