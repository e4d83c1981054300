"""Query logs as recipes name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.common.sql.query_log.files import QueryLog
from connectors.common.sql.query_log.formats.base import LogFormat
from connectors.common.sql.query_log.formats.exports import CsvExport, JsonExport
from connectors.common.sql.query_log.formats.mysql import MysqlGeneralLog, MysqlSlowLog
from connectors.common.sql.query_log.formats.named import NamedColumns
from connectors.common.sql.query_log.formats.parquet import ParquetExport
from connectors.common.sql.query_log.formats.postgres import PostgresCsvLog, PostgresJsonLog
from connectors.common.sql.query_log.times import Clock, clock, zone_of
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
