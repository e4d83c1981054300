"""What a format of log files is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from connectors.common.sql.query_log.lines import LogLines
from connectors.common.sql.query_log.statements import LogStatement


class LogFormat(ABC):
    """Reads files one after the other, the oldest first. It raises nothing for what it cannot read: that is counted in
    the tally of the lines."""

    empty_remedy = ""
    """What to do where a file has lines, and no statement."""

    @abstractmethod
    def statements(self, lines: LogLines) -> Iterator[tuple[int, LogStatement]]:
        """Yields each statement with the offset behind which reading may go on, once ``flush`` was called."""

    def flush(self) -> list[LogStatement]:
        """The statements that wait for a later line (their duration), as far as they are known; they wait no more."""
        return []
