"""The files of a query log: which there are, in which order, and their statements page by page."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from connectors.common.sql.query_log.formats.base import LogFormat
from connectors.common.sql.query_log.formats.parquet import ParquetExport
from connectors.common.sql.query_log.lines import EVER, LogLines
from connectors.common.sql.query_log.statements import (
    TAIL,
    DayPlace,
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
_SEALED = 4096
_SEALED_WHOLE = frozenset({".gz", ".parquet"})


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
        self.format, self._patterns, self._now = log_format, patterns, now

    def files(self, tally: LogTally) -> list[LogFile]:
        """The files there are, the one that was written to first in front."""
        return log_files(self._patterns, tally)

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

    def placed(self, span: TimeSpan, tally: LogTally, places: Iterable[DayPlace]) -> Iterator[LogPage] | None:
        """The statements of the span at these places only, in the order of the files; ``None`` when a file is gone or
        was written anew, so that all of them have to be read. Raises as ``pages``."""
        known = {file.mark: file for file in log_files(self._patterns, LogTally())}
        wanted = {place.mark: place for place in places}
        for place in wanted.values():
            if place.mark not in known or seal(known[place.mark], place.end) != place.seal:
                return None
        found = [file for file in known.values() if file.mark in wanted]
        return self._placed(found, wanted, span, tally)

    def _placed(
        self, files: Iterable[LogFile], places: Mapping[str, DayPlace], span: TimeSpan, tally: LogTally
    ) -> Iterator[LogPage]:
        for file in files:
            try:
                yield from self._file_pages(file, places[file.mark].begin, span, tally, places[file.mark])
            except (OSError, EOFError) as error:
                tally.report(_unreadable(str(file.path), error))

    def _file_pages(
        self, file: LogFile, offset: int, span: TimeSpan, tally: LogTally, place: DayPlace | None = None
    ) -> Iterator[LogPage]:
        kept: list[LogStatement] = []
        size, seen, end = 0, self._seen(tally), offset
        for end, statement in self._statements(file, offset, tally, place):
            if statement is not None and self._counts(statement, span, tally):
                kept.append(statement)
                size += len(statement.text)
                if len(kept) >= PAGE_STATEMENTS or size >= PAGE_CHARACTERS:
                    if place is None:  # reading may go on from this page
                        kept += self._flushed(span, tally)
                    yield LogPage(kept, LogPosition(str(file.path), file.mark, end))
                    kept, size = [], 0
        waited = self._flushed(span, tally)
        kept += waited
        if place is not None and place.until < place.end + TAIL:
            tally.waiting += len(waited)
        whole = not offset and (place is None or place.end >= place.until)
        if self._seen(tally) == seen and whole and file.size:
            message = "not one statement was found in the file"
            tally.report(LogProblem(str(file.path), None, "empty", message, self._remedy))
        if kept or end != offset:
            yield LogPage(kept, LogPosition(str(file.path), file.mark, end))

    def _statements(
        self, file: LogFile, offset: int, tally: LogTally, place: DayPlace | None
    ) -> Iterator[tuple[int, LogStatement | None]]:
        """The statements of a file, or of a place in it; at its end the offset alone, up to which it was read."""
        if isinstance(self.format, ParquetExport):
            yield from self.format.statements(file.path, tally, offset, EVER if place is None else place.end)
            return
        if place is not None and not self.format.trails:
            place = place._replace(until=place.end)
        with LogLines(file.path, tally, 0 if self.format.carries and place else offset, place) as lines:
            for end, statement in self.format.statements(lines):
                if end > offset:
                    yield end, statement
            yield lines.offset, None

    def _flushed(self, span: TimeSpan, tally: LogTally) -> list[LogStatement]:
        """What waited for a later line."""
        if isinstance(self.format, ParquetExport):
            return []
        return [each for each in self.format.flush() if self._counts(each, span, tally)]

    @property
    def _remedy(self) -> str:
        return "" if isinstance(self.format, ParquetExport) else self.format.empty_remedy

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


def seal(file: LogFile, end: int) -> str:
    """A hash of the last bytes in front of ``end``: a file that was written anew has other ones, and one that grew the
    same. Of an archive it is that of its end. Raises nothing; a file that cannot be read has none."""
    try:
        with file.path.open("rb") as opened:
            if file.path.suffix in _SEALED_WHOLE:
                end = file.size
            opened.seek(max(0, end - _SEALED))
            return blake2b(opened.read(min(end, _SEALED)), digest_size=6).hexdigest()
    except OSError:
        return ""


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
