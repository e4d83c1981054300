"""Lines of a log file with their offsets, in bounded memory; whatever the encoding, and also when the file is still
written."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from connectors.common.sql.query_log.statements import DayPlace, LogProblem, LogTally

LONGEST_RECORD = 16 << 20
"""Bytes of one record; longer ones are counted, and passed over."""
EVER = 1 << 62
"""An offset behind all others."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


class LogLines:
    """Iterates over the lines of one file as text with their line ends. ``start`` and ``offset`` are where the line
    that was yielded last begins and ends.

    What does not decode is read as Latin-1 and counted. A last line without its end is yielded, too; ``unfinished``
    then is true. Raises ``OSError`` when the file cannot be read.

    With ``place`` only its bytes are read. Behind its end the lines are ``past``: only what ends a statement from
    before counts there. ``found`` is set by formats that see a statement while they look for times.
    """

    def __init__(self, path: Path, tally: LogTally, offset: int = 0, place: DayPlace | None = None) -> None:
        self.path, self.tally = path, tally
        self.start = self.offset = offset
        self._begin, self._end, self._until = (
            (0, EVER, EVER) if place is None else (place.begin, place.end, place.until)
        )
        self.unfinished = self.found = False
        opened = gzip.open if path.suffix == ".gz" else open
        self._file = cast(BinaryIO, opened(path, "rb"))
        if offset:
            self._file.seek(offset)

    def __enter__(self) -> LogLines:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Raises ``StopIteration`` at the end, and ``OSError`` or ``EOFError`` where reading fails."""
        self.start = self.offset
        if self.offset >= self._until:
            raise StopIteration
        line = self._file.readline(LONGEST_RECORD)
        if not self.offset and line[:2] in _UTF16:
            self.broken("encoding", "the file is UTF-16", "write it as UTF-8")
            raise StopIteration
        self.offset += len(line)
        if not line.endswith(b"\n"):
            if len(line) == LONGEST_RECORD:
                self._pass_over()
                return next(self)
            if not line:
                raise StopIteration
            self.unfinished = True
        if not self.start and line.startswith(_BOM):
            line = line[len(_BOM) :]
        try:
            return line.decode()
        except UnicodeDecodeError:
            if not self._elsewhere:
                self.tally.counts["recoded"] += 1
            return line.decode("latin-1")

    @property
    def past(self) -> bool:
        """Whether the line that was read last lies behind the place."""
        return self.start >= self._end

    @property
    def _elsewhere(self) -> bool:
        """Whether it lies in front of the place or behind it, where it counts for another one."""
        return not self._begin <= self.start < self._end

    def raw(self) -> Iterator[tuple[int, bytes]]:
        """The lines from here on as they are, each with its offset; for a look at times. Raises ``OSError`` and
        ``EOFError``."""
        while line := self._file.readline(LONGEST_RECORD):
            self.start = self.offset
            self.offset += len(line)
            self.unfinished = not line.endswith(b"\n")
            yield self.start, line

    def back(self, offset: int) -> None:
        """Go on reading at ``offset``. Raises ``OSError``."""
        self._file.seek(offset)
        self.start = self.offset = offset
        self.unfinished = False

    def unread(self, start: int) -> None:
        """Count what begins at ``start`` as unfinished: the file is still written, and reading goes on there."""
        if not self._elsewhere:
            self.tally.counts["unfinished"] += 1
        self.start = self.offset = start

    def broken(self, reason: str, message: str, remedy: str = "") -> None:
        """Count what was read last as broken, and tell where."""
        if self._elsewhere:
            return
        self.tally.counts["broken"] += 1
        self.tally.report(LogProblem(str(self.path), self.start, reason, message, remedy))

    def too_long(self) -> None:
        """Count what was read last as too long, and tell where."""
        if self._elsewhere:
            return
        self.tally.counts["too_long"] += 1
        message = f"a record has more than {LONGEST_RECORD >> 20} MiB"
        self.tally.report(LogProblem(str(self.path), self.start, "too_long", message))

    def _pass_over(self) -> None:
        self.too_long()
        while rest := self._file.readline(LONGEST_RECORD):
            self.offset += len(rest)
            if rest.endswith(b"\n"):
                break
