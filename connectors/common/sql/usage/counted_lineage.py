"""Lineage from counters that a server keeps for each statement: which statements ran, but not when, nor in which
session."""

from __future__ import annotations

from typing import Any, ClassVar

from connectors.common.sql.lineage.logs.log_lineage import CountedLog
from connectors.common.sql.lineage.source import DatabaseLineage
from connectors.common.sql.query_log.statements import LogProblem, LogStatement
from connectors.common.sql.usage.counters import CounterReading, CounterUsage
from specs.exports import imported


class CountedLineage(DatabaseLineage):
    """Reads them as usage does. ``counting`` names its class: it needs a driver, which other lineage does without."""

    counting: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._usage: CounterUsage | None = None

    def counted(self) -> CountedLog:
        """What the server counts of statements. Raises ``Stop`` where it keeps no counters, or not for us."""
        self._usage = usage = imported(self.counting)(self.service, self.config, limits=self.limits)
        try:
            return self._log_of(usage.counters())
        finally:
            self.statements += usage.statements
            self._usage = None
            usage.close()

    def _log_of(self, found: CounterReading) -> CountedLog:
        now = self.now()
        problems = list(found.problems)
        if found.evicted:
            message = f"the server dropped counters for lack of room ({found.evicted:,} since it began)"
            problems.append(LogProblem("counters", None, "evicted", message, found.remedy))
        statements = [
            LogStatement(each.last or now, each.user, each.database, "", each.text, times=each.calls)
            for each in found.counters
            if each.calls > 0
        ]
        return CountedLog(found.since or now, statements, problems)

    def cancel(self) -> None:
        usage = self._usage
        if usage is not None:
            usage.cancel()
        super().cancel()
