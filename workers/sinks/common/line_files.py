"""Files of lines that sinks write: one grows, and is whole after a crash; the other is replaced as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from specs.errors import Fatal
from workers.store.private_files import opener, replacing


def append(path: Path, lines: bytes) -> None:
    """Append lines, each with its line end, and sync them to disk. An incomplete line that a crash left is removed
    before. Raises ``Fatal`` when the file cannot be written."""
    try:
        with open(path, "a+b", opener=opener) as stream:
            _mend(stream.fileno())
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        remedy = "make room or choose another path"
        raise Fatal(f"cannot write: {error.strerror}", str(path), remedy, reason="sink") from None


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


def replace(path: Path, lines: Iterable[str]) -> int:
    """Replace a file's content by ``lines``; returns how many. Raises ``Fatal`` when it cannot be written; the old file
    stays then."""
    try:
        with replacing(path) as stream:
            count = _fill(stream, lines)
    except OSError as error:
        remedy = "make room or choose another path, then crawl again"
        raise Fatal(f"cannot write: {error.strerror}", str(path), remedy, reason="sink") from None
    return count


def _fill(stream: TextIO, lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        stream.write(line)
        if not line.endswith("\n"):
            stream.write("\n")
        count += 1
    return count
