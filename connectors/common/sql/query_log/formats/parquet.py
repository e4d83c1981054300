"""Exports as Parquet, read in pieces with DuckDB."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors.common.sql.query_log.formats.named import FIELDS, NEEDED, NamedColumns
from connectors.common.sql.query_log.lines import EVER
from connectors.common.sql.query_log.statements import LogProblem, LogStatement, LogTally
from specs.errors import Fatal
from specs.sql_files import load

_PIECE = 2000
"""Rows that are fetched together."""


class ParquetExport:
    """Rows of a Parquet file; offsets are numbers of rows."""

    def __init__(self, columns: NamedColumns) -> None:
        self._columns = columns

    def statements(
        self, path: Path, tally: LogTally, offset: int, end: int = EVER
    ) -> Iterator[tuple[int, LogStatement]]:
        """Yields the statements from row ``offset`` on, each with the number of the row behind it. Raises ``Fatal``
        when DuckDB is not installed, and ``OSError`` for a file that is none of Parquet."""
        for found, row in self._rows(path, tally, FIELDS, offset, end):
            statement = self._statement(path, tally, found, row)
            if statement is not None:
                yield row[0] + 1, statement

    def times(self, path: Path, tally: LogTally, offset: int) -> Iterator[tuple[int, float | None]]:
        """Yields the number and the time of each row from ``offset`` on. Raises as ``statements``."""
        for found, row in self._rows(path, tally, NEEDED, offset, EVER):
            yield row[0], self._columns.time(row[1 + found.index("time")])

    def _rows(
        self, path: Path, tally: LogTally, fields: Collection[str], offset: int, end: int
    ) -> Iterator[tuple[list[str], Sequence[Any]]]:
        """Rows with the names of their fields, the number of the row in front."""
        try:
            import duckdb
        except ModuleNotFoundError:
            raise Fatal(
                "logs in Parquet are read with DuckDB", str(path), "pip install 'headrace[duckdb]'", reason="driver"
            ) from None
        sql = load(__package__)
        connection = duckdb.connect(config={"threads": 1, "memory_limit": "200MB"})
        try:
            header = dict(connection.execute(sql["parquet_columns"], [str(path)]).fetchall())
            try:
                found = self._columns.find(header)
            except ValueError as error:
                tally.counts["broken"] += 1
                tally.report(LogProblem(str(path), None, "columns", str(error), "name the columns in the recipe"))
                return
            wanted = [field for field in found if field in fields]
            chosen = ", ".join(_expression(found[field], header[found[field]]) for field in wanted)
            cursor = connection.execute(sql["parquet_rows"].replace("{columns}", chosen), [str(path), offset, end])
            while rows := cursor.fetchmany(_PIECE):
                for row in rows:
                    yield wanted, row
        except duckdb.Error as error:
            raise OSError(f"the file cannot be read as Parquet: {type(error).__name__}") from None
        finally:
            connection.close()

    def _statement(self, path: Path, tally: LogTally, fields: Sequence[str], row: Sequence[Any]) -> LogStatement | None:
        values = dict.fromkeys(FIELDS) | dict(zip(fields, row[1:], strict=True))
        try:
            return self._columns.statement(values.get)
        except ValueError as error:
            tally.counts["broken"] += 1
            tally.report(LogProblem(str(path), int(row[0]), "value", str(error)))
            return None


def _expression(column: str, type_: str) -> str:
    """The column; a time with a zone as a number, because DuckDB needs an extension to show one in a zone."""
    quoted = '"' + column.replace('"', '""') + '"'
    return f"epoch_us({quoted})" if "WITH TIME ZONE" in type_ else quoted
