"""Exports with named columns: which column holds what, and a row of them as a statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from connectors.common.sql.query_log.statements import LogStatement
from connectors.common.sql.query_log.times import Clock

FIELDS = ("time", "user", "database", "session", "text", "duration", "rows")
"""What a column may hold; ``duration`` is in milliseconds. Without ``time`` and ``text`` a log tells nothing."""
NEEDED = ("time", "text")


class NamedColumns:
    """Finds the columns of an export. ``named`` is the recipe's choice: ``{"text": "query_text"}``; a field that it
    does not name is looked for under its own name, in any case of letters."""

    def __init__(self, named: Mapping[str, str], clock: Clock) -> None:
        self._named, self._clock = named, clock

    def find(self, header: Collection[str]) -> dict[str, str]:
        """The columns of a header by field. Raises ``ValueError`` where one that is needed is missing."""
        folded = {column.strip().lower(): column for column in header}
        found = {}
        for field in FIELDS:
            wanted = self._named.get(field, field)
            column = wanted if wanted in header else folded.get(wanted.lower())
            if column is not None:
                found[field] = column
            elif field in NEEDED or field in self._named:
                has = ", ".join(repr(each) for each in list(header)[:20])
                raise ValueError(f"there is no column {wanted!r} for the {field}; there are {has}")
        return found

    def time(self, value: Any) -> float | None:
        """The time of a row; ``None`` for a value that is none."""
        try:
            return self._clock(value)
        except (ValueError, OverflowError, OSError):
            return None

    def statement(self, get: Callable[[str], Any]) -> LogStatement:
        """The statement of a row; ``get`` answers with the value of a field, ``None`` where there is none. Raises
        ``ValueError`` for a row that tells no time or no text."""
        text = get("text")
        if not isinstance(text, str) or not text.strip():
            raise ValueError("the text is empty")
        try:
            time = self._clock(get("time"))
        except (ValueError, OverflowError, OSError):
            raise ValueError("the time is none: are columns swapped?") from None
        duration, rows = get("duration"), get("rows")
        try:
            return LogStatement(
                time,
                _text(get("user")),
                _text(get("database")),
                _text(get("session")),
                text,
                None if duration in (None, "") else float(duration),
                None if rows in (None, "") else int(rows),
            )
        except (ValueError, TypeError, OverflowError):
            raise ValueError("duration or rows are no number: are columns swapped?") from None


def _text(value: Any) -> str:
    return "" if value is None else str(value)
