"""Exports as CSV with a header, and as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator

from connectors.common.sql.query_log.formats.base import EntryLog, LogEntry
from connectors.common.sql.query_log.formats.named import NEEDED, NamedColumns
from connectors.common.sql.query_log.formats.records import csv_records
from connectors.common.sql.query_log.lines import LogLines

_COLUMNS_REMEDY = "name the columns of the log in the recipe: columns: {text: query_text}"


class CsvExport(EntryLog):
    """Rows of CSV below a header. The last line of a file needs no end."""

    empty_remedy = "name the columns of the log in the recipe, and check that none are swapped"

    def __init__(self, columns: NamedColumns) -> None:
        self._columns = columns

    def entries(self, lines: LogLines) -> Iterator[LogEntry]:
        begin = lines.offset
        if begin:  # the header stands in front of where reading goes on
            lines.back(0)
        records = csv_records(lines)
        _, header = next(records, (0, None))
        if header is None:
            return
        try:
            found = self._columns.find(header)
        except ValueError as error:
            lines.broken("columns", str(error), _COLUMNS_REMEDY)
            return
        places = {field: header.index(column) for field, column in found.items()}
        if begin:
            lines.back(max(begin, lines.offset))
            records = csv_records(lines)
        width = len(header)
        for start, row in records:
            if len(row) != width:
                if not row:
                    continue
                if lines.unfinished:
                    lines.unread(start)
                    return
                lines.broken("columns", f"the row has {len(row)} columns, and the header {width}")
                continue
            try:
                statement = self._columns.statement(
                    lambda field, row=row: row[places[field]] if field in places else None  # type: ignore[misc]
                )
            except ValueError as error:
                lines.broken("value", str(error))
            else:
                yield LogEntry(start, lines.offset, statement)


class JsonExport(EntryLog):
    """One JSON object per line. The last line of a file needs no end."""

    empty_remedy = CsvExport.empty_remedy

    def __init__(self, columns: NamedColumns) -> None:
        self._columns = columns

    def entries(self, lines: LogLines) -> Iterator[LogEntry]:
        found: dict[str, str] = {}
        for line in lines:
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                if lines.unfinished:
                    lines.unread(lines.start)
                else:
                    lines.broken("form", "the line is no JSON")
                continue
            if not isinstance(row, dict):
                lines.broken("form", "the line is no JSON object")
                continue
            try:
                if any(found.get(field) not in row for field in NEEDED):
                    found = self._columns.find(row)
                statement = self._columns.statement(
                    lambda field, row=row, found=found: row.get(found.get(field, field))  # type: ignore[misc]
                )
            except ValueError as error:
                lines.broken("value", str(error), "" if found else _COLUMNS_REMEDY)
            else:
                yield LogEntry(lines.start, lines.offset, statement)
