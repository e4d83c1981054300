"""Query logs as recipes name them, and when what was read of one may replace what was read before."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.common.sql.query_log.files import QueryLog
from connectors.common.sql.query_log.formats.base import LogFormat
from connectors.common.sql.query_log.formats.exports import CsvExport, JsonExport
from connectors.common.sql.query_log.formats.mysql import MysqlGeneralLog, MysqlSlowLog
from connectors.common.sql.query_log.formats.named import NamedColumns
from connectors.common.sql.query_log.formats.parquet import ParquetExport
from connectors.common.sql.query_log.formats.postgres import PostgresCsvLog, PostgresJsonLog
from connectors.common.sql.query_log.statements import LogTally
from connectors.common.sql.query_log.times import Clock, clock, zone_of
from specs.errors import Stop
from specs.sources.database.extracts import QueryLogFiles

EXPORTS: Mapping[str, Callable[[NamedColumns], LogFormat | ParquetExport]] = {
    "csv": CsvExport,
    "jsonl": JsonExport,
    "parquet": ParquetExport,
}
SERVER_LOGS: Mapping[str, Callable[[Clock], LogFormat]] = {
    "postgres_csvlog": PostgresCsvLog,
    "postgres_jsonlog": PostgresJsonLog,
    "mysql_general_log": MysqlGeneralLog,
    "mysql_slow_log": MysqlSlowLog,
}

NEVER = frozenset({"denied", "unreadable", "missing"})
"""Problems of a whole file for which nothing is replaced: what was read before knew more."""


def log_of(settings: QueryLogFiles, *, now: float) -> QueryLog:
    """A reader of the files that a recipe names. Raises ``ValueError`` for an unknown time zone."""
    read = clock(zone_of(settings.zone))
    if settings.type in EXPORTS:
        format_: LogFormat | ParquetExport = EXPORTS[settings.type](
            NamedColumns({str(field): name for field, name in settings.columns.items()}, read)
        )
    else:
        format_ = SERVER_LOGS[settings.type](read)
    return QueryLog(format_, settings.files, now=now)


def trusted(tally: LogTally) -> bool:
    """Whether all files were read, and less of them is broken than not."""
    if any(problem.offset is None and problem.reason in NEVER for problem in tally.problems):
        return False
    return tally.counts["broken"] <= _whole(tally)


def require_trusted(tally: LogTally) -> None:
    """Look at the account of a reading. Raises ``Stop`` when a file is missing, or more lines are broken than not: what
    was read before stays."""
    for problem in tally.problems:
        if problem.offset is None and problem.reason in NEVER:
            raise Stop(problem.message, problem.path, problem.remedy, reason=problem.reason)
    if not trusted(tally):
        first = tally.problems[0]
        remedy = first.remedy or "check the type and the columns of the log in the recipe"
        what = f"{tally.counts['broken']:,} lines are broken, and {_whole(tally):,} are not: {first.message}"
        raise Stop(what, first.path, remedy, reason="broken")


def _whole(tally: LogTally) -> int:
    return tally.statements + tally.counts["outside"] + tally.counts["future"]
