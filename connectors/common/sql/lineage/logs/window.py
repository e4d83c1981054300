"""Where the window of a query log lies in its files, so that nothing in front of it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

from connectors.common.sql.query_log.days.file_days import FileDays
from connectors.common.sql.query_log.days.plan import LogDays
from connectors.common.sql.query_log.files import QueryLog, seal
from connectors.common.sql.query_log.statements import DayPlace, LogPage, LogTally, TimeSpan
from connectors.common.sql.query_log.times import DAY_SECONDS

MOST_FILES = 200
"""Files that are remembered until the next run."""


@dataclass(slots=True)
class LogWindow:
    """``places`` are to be read of a log, or all of its files where they are ``None``; ``days`` tell which days of the
    window lie where. ``files`` is what was found out of them, to be gone on with."""

    places: tuple[DayPlace, ...] | None = None
    days: list[tuple[str, str, int, int]] = field(default_factory=list)
    files: list[FileDays] = field(default_factory=list)

    @property
    def seal(self) -> str:
        """A hash that is the same as long as nothing was written and no day with statements left the window. Empty
        where all files have to be read."""
        if self.places is None:
            return ""
        told = repr([[(each.mark, each.begin, each.end, each.seal) for each in self.places], self.days])
        return blake2b(told.encode(), digest_size=12).hexdigest()

    def pages(self, log: QueryLog, span: TimeSpan, tally: LogTally) -> Iterator[LogPage]:
        """The statements of the window. Raises ``Fatal`` when the library of a format is missing."""
        pages = None if self.places is None else log.placed(span, tally, self.places)
        return log.pages(span, tally) if pages is None else pages

    def kept(self) -> list[list[object]]:
        """The files as they are remembered: those that were written to last."""
        return [each.as_json() for each in sorted(self.files, key=lambda each: each.changed)[-MOST_FILES:]]


def look(log: QueryLog, span: TimeSpan, known: Iterable[FileDays], went_on: Callable[[], None]) -> LogWindow:
    """Look where the days of a window, in UTC, lie in a log; only what was written since ``known`` is looked at.
    ``went_on`` is called now and then. Raises ``Fatal`` when the library of a format is missing."""
    first, last = _day_of(span.start), _day_of(span.end)
    days = [(first + timedelta(days=at)).isoformat() for at in range((last - first).days + 1)]
    found = LogDays(log, _day_of, _bounds, went_on).find(days, known)
    if any(plan.places is None for plan in found.values()):
        return LogWindow()
    window = LogWindow(())
    files = {file.mark: file for plan in found.values() for file in plan.files}
    begins: dict[str, int] = {}
    for day, plan in found.items():
        for place in plan.places or ():
            begins[place.mark] = min(place.begin, begins.get(place.mark, place.begin))
            window.days.append((day, place.mark, place.begin, place.end))
    there = {file.mark: file for file in log.files(LogTally())}
    if not begins.keys() <= there.keys() & files.keys():  # one was rotated away meanwhile
        return LogWindow()
    window.files = [*files.values()]
    window.places = tuple(
        DayPlace(mark, begin, files[mark].scanned, files[mark].scanned, seal(there[mark], files[mark].scanned))
        for mark, begin in begins.items()
    )
    return window


def _day_of(time: float) -> date:
    return datetime.fromtimestamp(time, UTC).date()


def _bounds(day: date) -> tuple[float, float]:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    return begin, begin + DAY_SECONDS
