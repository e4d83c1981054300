"""Records of CSV that may span lines; a record that is broken costs its own first line only."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from connectors.common.sql.query_log.lines import LONGEST_RECORD, LogLines


def csv_records(lines: LogLines) -> Iterator[tuple[int, list[str]]]:
    """Yields each record's offset and fields. Reading goes on behind the first line of a broken one, because a quote
    without its twin takes whole records with it. A last record whose quote is still open is unfinished."""
    csv.field_size_limit(LONGEST_RECORD)
    start = lines.offset
    reader = csv.reader(lines, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) and lines.unfinished:
                lines.unread(start)
                return
            lines.back(start)
            next(lines)
            if "field limit" in str(error):
                lines.too_long()
            else:
                lines.broken("form", f"the record is no CSV: {error}")
            start = lines.offset
            reader = csv.reader(lines, strict=True)
        else:
            yield start, row
            start = lines.offset
