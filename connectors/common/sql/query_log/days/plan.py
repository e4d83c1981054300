"""The days of a query log, each with the places that have to be read for it.

What is known of a file from an earlier look is gone on with; a look at the times of what was written since costs a
fraction of reading it. Each day is then read on its own, by any worker, and no byte is read for a day that has none of
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any

from connectors.common.sql.query_log.days.file_days import FileDays, look_for_days
from connectors.common.sql.query_log.files import LogFile, QueryLog, seal
from connectors.common.sql.query_log.logs import trusted
from connectors.common.sql.query_log.statements import DayPlace, LogProblem, LogTally

MOST_JSON = 3_000
"""Characters of a day's plan, which travels with its unit."""


@dataclass(slots=True)
class LogDay:
    """What is to be read for one day. ``files`` are those of which it is the last day, to be kept with it: they are
    known the next time. ``places`` is ``None`` where all files have to be read."""

    places: tuple[DayPlace, ...] | None = None
    files: list[FileDays] = field(default_factory=list)

    @property
    def seal(self) -> str:
        """A hash of the places; the same as long as nothing was written for the day. Empty where they are not known."""
        if self.places is None:
            return ""
        told = repr([(each.mark, each.begin, each.end, each.seal) for each in self.places])
        return blake2b(told.encode(), digest_size=12).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The plan for a unit; what would be too long is left out, and read or looked for once more."""
        if self.places is None:
            return {}
        told: dict[str, Any] = {"places": [[*each] for each in self.places]}
        files = [each.as_json() for each in self.files]
        if len(repr(told)) > MOST_JSON:
            return {}
        return told if len(repr([told, files])) > MOST_JSON else {**told, "files": files}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> LogDay:
        """What ``as_json`` told."""
        if "places" not in told:
            return cls()
        return cls(tuple(DayPlace(*each) for each in told["places"]), known_files(told.get("files", [])))


def known_files(told: Iterable[Any]) -> list[FileDays]:
    """Files as they were kept; those that another release kept otherwise are left out."""
    found = []
    for each in told:
        try:
            found.append(FileDays.of_json(each))
        except (TypeError, ValueError, AttributeError):
            continue
    return found


class LogDays:
    """Finds the places of days in a log. ``bounds`` tells when a day begins and ends, ``day_of`` on which day a time
    lies. ``went_on`` is called now and then."""

    def __init__(
        self,
        log: QueryLog,
        day_of: Callable[[float], date],
        bounds: Callable[[date], tuple[float, float]],
        went_on: Callable[[], None] = lambda: None,
    ) -> None:
        self._log, self._day_of, self._bounds, self._went_on = log, day_of, bounds, went_on

    def find(self, days: Sequence[str], known: Iterable[FileDays]) -> dict[str, LogDay]:
        """What is to be read for each of these days, which are in order. Where a file cannot be read, or more of it is
        broken than not, all files are to be read for each day: who reads them tells what is wrong. A file of which
        only later days are known is looked through anew. Raises ``Fatal`` when the library of a format is missing."""
        tally = LogTally()
        begin, _ = self._bounds(date.fromisoformat(days[0]))
        marks = {each.mark: each for each in sorted(known, key=lambda each: each.scanned) if each.since <= days[0]}
        found = {day: LogDay(()) for day in days}
        for file in self._log.files(tally):
            if file.changed < begin:
                continue
            looked = self._looked(file, marks.get(file.mark), tally)
            if looked is None or not trusted(tally):
                return {day: LogDay() for day in days}
            looked.days = {day: place for day, place in looked.days.items() if day >= days[0]}
            looked.since = days[0]
            here = [day for day in days if day in looked.days]
            for day in here:
                self._add(found[day], file, looked.place(day))
            if not looked.days and looked.scanned:
                self._add(found[days[-1]], file, looked.whole())
            found[here[-1] if here else days[-1]].files.append(looked)
        return found if trusted(tally) else {day: LogDay() for day in days}

    def _looked(self, file: LogFile, known: FileDays | None, tally: LogTally) -> FileDays | None:
        try:
            return look_for_days(self._log.format, file, known, self._day, tally, self._went_on)
        except (OSError, EOFError, ValueError) as error:
            tally.report(LogProblem(str(file.path), None, "unreadable", f"{error}"))
            return None

    def _day(self, time: float) -> tuple[str, float, float]:
        day = self._day_of(time)
        return (day.isoformat(), *self._bounds(day))

    @staticmethod
    def _add(day: LogDay, file: LogFile, place: DayPlace) -> None:
        day.places = (*(day.places or ()), place._replace(seal=seal(file, place.end)))
