"""The files of a query log: which there are, in which order, and their statements page by page."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from connectors.common.sql.query_log.formats.base import LogFormat
from connectors.common.sql.query_log.formats.parquet import ParquetExport
from connectors.common.sql.query_log.lines import LogLines
from connectors.common.sql.query_log.statements import (
    LogPage,
    LogPosition,
    LogProblem,
    LogStatement,
    LogTally,
    TimeSpan,
)
from connectors.common.sql.query_log.times import DAY_SECONDS

PAGE_STATEMENTS = 2_000
PAGE_CHARACTERS = 4_000_000
"""A page of statements ends with either."""
_HEAD = 256


class LogFile(NamedTuple):
    """A file; ``mark`` tells it from others, also when it is renamed by rotation."""

    path: Path
    mark: str
    size: int
    changed: float


def log_files(patterns: Iterable[str], tally: LogTally) -> list[LogFile]:
    """The files that the patterns name, the one that was written to first in front. What names none, or cannot be read,
    is a problem in the tally."""
    found: dict[str, LogFile] = {}
    for pattern in patterns:
        paths = sorted(glob.glob(str(Path(pattern).expanduser())))
        if not paths:
            tally.report(LogProblem(pattern, None, "missing", "there is no such file", "check the path in the recipe"))
        for path in paths:
            try:
                found.setdefault(path, _file(Path(path)))
            except OSError as error:
                tally.report(_unreadable(path, error))
    return sorted(found.values(), key=lambda file: (file.changed, str(file.path)))


class QueryLog:
    """Reads statements from files. ``now`` is the present time: what lies more than a day behind it has a wrong time.

    A file that is rotated while it is read is read to its end. Files that can hold nothing of the span, because they
    were written to last before it, are left out.
    """

    def __init__(self, log_format: LogFormat | ParquetExport, patterns: Sequence[str], *, now: float) -> None:
        self._format, self._patterns, self._now = log_format, patterns, now

    def pages(self, span: TimeSpan, tally: LogTally, after: LogPosition | None = None) -> Iterator[LogPage]:
        """The statements of the span behind a position; files that were written after its own are read, too. Raises
        ``Fatal`` when the library of a format is missing."""
        files = log_files(self._patterns, tally)
        known = [file.mark for file in files]
        place = known.index(after.mark) if after is not None and after.mark in known else None
        for at, file in enumerate(files):
            if file.changed < span.start or (place is not None and at < place):
                continue
            offset = after.offset if after is not None and at == place else 0
            try:
                yield from self._file_pages(file, offset, span, tally)
            except (OSError, EOFError) as error:
                tally.report(_unreadable(str(file.path), error))

    def _file_pages(self, file: LogFile, offset: int, span: TimeSpan, tally: LogTally) -> Iterator[LogPage]:
        kept: list[LogStatement] = []
        size, seen, end = 0, self._seen(tally), offset
        for end, statement in self._statements(file, offset, tally):
            if statement is not None and self._counts(statement, span, tally):
                kept.append(statement)
                size += len(statement.text)
                if len(kept) >= PAGE_STATEMENTS or size >= PAGE_CHARACTERS:
                    kept += self._flushed(span, tally)
                    yield LogPage(kept, LogPosition(str(file.path), file.mark, end))
                    kept, size = [], 0
        kept += self._flushed(span, tally)
        if self._seen(tally) == seen and not offset and file.size:
            message = "not one statement was found in the file"
            tally.report(LogProblem(str(file.path), None, "empty", message, self._remedy))
        if kept or end != offset:
            yield LogPage(kept, LogPosition(str(file.path), file.mark, end))

    def _statements(self, file: LogFile, offset: int, tally: LogTally) -> Iterator[tuple[int, LogStatement | None]]:
        """The statements of a file; at its end the offset alone, up to which it was read."""
        if isinstance(self._format, ParquetExport):
            yield from self._format.statements(file.path, tally, offset)
            return
        with LogLines(file.path, tally, offset) as lines:
            yield from self._format.statements(lines)
            yield lines.offset, None

    def _flushed(self, span: TimeSpan, tally: LogTally) -> list[LogStatement]:
        """What waited for a later line."""
        if isinstance(self._format, ParquetExport):
            return []
        return [each for each in self._format.flush() if self._counts(each, span, tally)]

    @property
    def _remedy(self) -> str:
        return "" if isinstance(self._format, ParquetExport) else self._format.empty_remedy

    @staticmethod
    def _seen(tally: LogTally) -> int:
        """Statements that were found, whatever their time."""
        return tally.statements + tally.counts["outside"] + tally.counts["future"]

    def _counts(self, statement: LogStatement, span: TimeSpan, tally: LogTally) -> bool:
        """Whether a statement lies in the span; it is counted in any case."""
        if span.start <= statement.time < span.end:
            tally.statements += 1
            return True
        tally.counts["future" if statement.time > self._now + DAY_SECONDS else "outside"] += 1
        return False


def _file(path: Path) -> LogFile:
    known = path.stat()
    with path.open("rb") as file:
        head = file.read(_HEAD).split(b"\n")[0]
    mark = blake2b(b"%d %s" % (known.st_ino, head), digest_size=8).hexdigest()
    return LogFile(path, mark, known.st_size, known.st_mtime)


def _unreadable(path: str, error: Exception) -> LogProblem:
    denied = isinstance(error, PermissionError)
    what = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    remedy = "let the worker's user read the file" if denied else ""
    return LogProblem(path, None, "denied" if denied else "unreadable", what, remedy)
