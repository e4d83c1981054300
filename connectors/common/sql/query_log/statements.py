"""What a query log tells: statements, the span of time that is asked for, and an account of what was read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

SHOWN = 20
"""Problems that are told one by one; further ones are counted."""

TAIL = 1 << 20
"""Bytes behind a day in which the durations and errors of its last statements are looked for."""

LineOutcome = Literal["broken", "failed", "future", "outside", "recoded", "too_long", "unfinished"]
"""What becomes of a line or statement that is not handed on, or not as it stands.

``broken``: it has not the form of its log. ``failed``: the server refused the statement. ``future``: its time lies
more than a day ahead. ``outside``: it lies outside the span. ``recoded``: it is no UTF-8 and was read as Latin-1; it is
handed on. ``too_long``: it has more bytes than a record may have. ``unfinished``: the last line of a file that is still
written; it is read when it is whole.
"""


class LogStatement(NamedTuple):
    """One statement that ran. ``time`` is in seconds since 1970; ``""`` and ``None`` where the log does not say.
    ``times`` is more than once for what a server only counts."""

    time: float
    user: str
    database: str
    session: str
    text: str
    duration_ms: float | None = None
    rows: int | None = None
    times: int = 1


class TimeSpan(NamedTuple):
    """The times ``start <= time < end``, in seconds since 1970."""

    start: float
    end: float

    def __contains__(self, time: object) -> bool:
        return isinstance(time, float) and self.start <= time < self.end


class LogPosition(NamedTuple):
    """Up to where a log was read: a file by path and by ``mark`` (what tells it from another one of that path), and a
    byte in it, or a row."""

    path: str
    mark: str
    offset: int


class DayPlace(NamedTuple):
    """The bytes (rows of Parquet) ``begin <= at < end`` of a file, in which all records of a day lie; ``until`` is how
    far behind them the ends of its statements are looked for. ``mark`` is the file's, ``seal`` a hash of what stands
    there last, which is another one when the file was written anew."""

    mark: str
    begin: int
    end: int
    until: int
    seal: str = ""


class LogProblem(NamedTuple):
    """A file, or a place in it, that could not be read; ``remedy`` says what a person can do. It holds no text of the
    log."""

    path: str
    offset: int | None
    reason: str
    message: str
    remedy: str = ""


@dataclass(slots=True)
class LogTally:
    """The account of a reading: every statement of the log is handed on or counted here. ``waiting`` are those handed
    on of which a later reading may know better how they ended."""

    statements: int = 0
    waiting: int = 0
    counts: Counter[LineOutcome] = field(default_factory=Counter)
    problems: list[LogProblem] = field(default_factory=list)
    more_problems: int = 0

    def report(self, problem: LogProblem) -> None:
        """Keep a problem, or count it where there are many; those of whole files are kept longer."""
        if len(self.problems) < (SHOWN if problem.offset is not None else SHOWN * 10):
            self.problems.append(problem)
        else:
            self.more_problems += 1


class LogPage(NamedTuple):
    """Statements in the order of the log, and the position behind them, from which reading may go on."""

    statements: list[LogStatement]
    position: LogPosition
