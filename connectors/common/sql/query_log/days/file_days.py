"""Where the days of a log lie in its files: found by one look at the times, kept, and gone on with as files grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any

from connectors.common.sql.query_log.files import PAGE_STATEMENTS, LogFile, seal
from connectors.common.sql.query_log.formats.base import LogFormat
from connectors.common.sql.query_log.formats.parquet import ParquetExport
from connectors.common.sql.query_log.lines import LogLines
from connectors.common.sql.query_log.statements import TAIL, DayPlace, LogTally

DayOf = Callable[[float], tuple[str, float, float]]
"""The day of a time as ISO date, and when it begins and ends."""
MOST_DAYS = 4_000
"""Days of one file that are told apart; a file with more has times that are none."""


@dataclass(slots=True)
class FileDays:
    """The days of one file, as far as it was looked at: up to ``scanned``, when it had ``size`` bytes and was changed
    at ``changed``. ``days`` are ISO dates with the first and the last byte of their records; what lies between two days
    belongs to the one before. Days in front of ``since`` are not among them, though the file may have some."""

    mark: str
    size: int = 0
    changed: float = 0.0
    scanned: int = 0
    seal: str = ""
    days: dict[str, tuple[int, int]] = field(default_factory=dict)
    since: str = ""

    def place(self, day: str) -> DayPlace:
        """Where a day lies in the file. Raises ``KeyError`` where it has none of it."""
        begin, end = self.days[day]
        return DayPlace(self.mark, begin, end, min(self.scanned, end + TAIL))

    def whole(self) -> DayPlace:
        """The whole file as one place."""
        return DayPlace(self.mark, 0, self.scanned, self.scanned)

    def as_json(self) -> list[Any]:
        return [
            self.mark,
            self.size,
            self.changed,
            self.scanned,
            self.seal,
            {day: [*each] for day, each in self.days.items()},
            self.since,
        ]

    @classmethod
    def of_json(cls, told: list[Any]) -> FileDays:
        """What ``as_json`` told. Raises ``ValueError``, ``TypeError`` or ``AttributeError`` for anything else."""
        mark, size, changed, scanned, seal, days, since = told
        spans = {str(day): (int(begin), int(end)) for day, (begin, end) in days.items()}
        return cls(str(mark), int(size), float(changed), int(scanned), str(seal), spans, str(since))


class DayFinder:
    """Takes the records of one file in their order, and tells where its days lie. ``day_of`` tells the day of a time,
    and when that day begins and ends. Records without a time belong to the day before them."""

    def __init__(self, day_of: DayOf, known: Mapping[str, tuple[int, int]] = MappingProxyType({}), at: int = 0) -> None:
        """Goes on at ``at`` behind known days. The last record there may be of a day that nobody wanted to know."""
        self._day_of, self._at = day_of, at
        self.days = dict(known)
        self._day = next((day for day, (_, end) in known.items() if end == at), "")
        self._bounds = (0.0, 0.0)

    def add(self, records: Iterable[tuple[int, float | None]]) -> None:
        """Take records: where each begins, and its time. Raises ``ValueError`` for more than ``MOST_DAYS`` days."""
        low, high = self._bounds
        for start, time in records:
            if time is None or low <= time < high:
                continue
            try:
                day, low, high = self._day_of(time)
            except (ValueError, OverflowError, OSError):  # a year that no calendar has
                continue
            if day != self._day:
                self._turn(day, start)
        self._bounds = (low, high)

    def end(self, offset: int) -> dict[str, tuple[int, int]]:
        """The days, when the file was read up to ``offset``."""
        self._close(offset)
        return self.days

    def _turn(self, day: str, start: int) -> None:
        first = self._at == 0 and not self.days
        self._close(start)
        self._day = day
        if day not in self.days:
            self.days[day] = (0 if first else start, start)
        if len(self.days) > MOST_DAYS:
            raise ValueError(f"the times of the file lie on more than {MOST_DAYS:,} days")

    def _close(self, at: int) -> None:
        if self._day:
            begin, end = self.days[self._day]
            self.days[self._day] = (begin, max(end, at))


def look_for_days(
    log_format: LogFormat | ParquetExport,
    file: LogFile,
    known: FileDays | None,
    day_of: DayOf,
    tally: LogTally,
    went_on: Callable[[], None],
) -> FileDays:
    """Look for the days of one file, behind what is known of it; ``went_on`` is called now and then. Raises
    ``OSError``, ``EOFError`` and ``ValueError``, and ``Fatal`` when the library of a format is missing."""
    grown = known is not None and known.mark == file.mark and known.size <= file.size
    if known is None or not grown or seal(file, known.scanned) != known.seal:
        known = FileDays(file.mark)
    if (known.size, known.changed) == (file.size, file.changed):
        return known
    finder = DayFinder(day_of, known.days, known.scanned)
    with ExitStack() as stack:
        if isinstance(log_format, ParquetExport):
            begin, lines = 0, None
            records: Iterator[tuple[int, float | None]] = log_format.times(file.path, tally, 0)
        else:
            begin, lines = known.scanned, stack.enter_context(LogLines(file.path, tally, known.scanned))
            lines.found = bool(known.days)
            records = log_format.times(lines)
        end = begin
        while some := list(islice(records, PAGE_STATEMENTS * 10)):
            tally.statements += len(some)
            finder.add(some)
            end = some[-1][0] + 1
            went_on()
        if lines is not None:
            end = lines.offset
            if not lines.found:  # it has lines, and no statement: whoever reads it says what to set
                finder = DayFinder(day_of)
    return FileDays(file.mark, file.size, file.changed, end, seal(file, end), finder.end(end))
