"""What a format of log files is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from connectors.common.sql.query_log.lines import LogLines
from connectors.common.sql.query_log.statements import LogStatement


class LogFormat(ABC):
    """Reads files one after the other, the oldest first. It raises nothing for what it cannot read: that is counted in
    the tally of the lines.

    ``carries``: what is known of a session stands in earlier lines of its file only. ``trails``: how a statement ended
    stands in a later line.
    """

    carries: ClassVar[bool] = False
    trails: ClassVar[bool] = False
    empty_remedy = ""
    """What to do where a file has lines, and no statement."""

    @abstractmethod
    def statements(self, lines: LogLines) -> Iterator[tuple[int, LogStatement]]:
        """Yields each statement with the offset behind which reading may go on, once ``flush`` was called."""

    @abstractmethod
    def times(self, lines: LogLines) -> Iterator[tuple[int, float]]:
        """Yields where each record begins, and a time of the minute in which it was written; sets ``found`` of the
        lines when one is a statement."""

    def flush(self) -> list[LogStatement]:
        """The statements that wait for a later line (their duration), as far as they are known; they wait no more."""
        return []


class LogEntry(NamedTuple):
    """A statement with the offsets at which its entry begins and ends."""

    begin: int
    end: int
    statement: LogStatement


class EntryLog(LogFormat):
    """A format each of whose entries tells all of one statement."""

    @abstractmethod
    def entries(self, lines: LogLines) -> Iterator[LogEntry]:
        """The statements of a file, with their places."""

    def statements(self, lines: LogLines) -> Iterator[tuple[int, LogStatement]]:
        for _, end, statement in self.entries(lines):
            yield end, statement

    def times(self, lines: LogLines) -> Iterator[tuple[int, float]]:
        for begin, _, statement in self.entries(lines):
            lines.found = True
            yield begin, statement.time
