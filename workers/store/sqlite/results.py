"""What a statement of SQLite answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from typing import Any

from workers.store.connection import ResultRow

_HELD = 64
"""Rows that are fetched at once where an answer is read row by row."""


class SqliteResult:
    """The answer of one statement; raises ``sqlite3.Error`` where reading on fails."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    def first(self) -> ResultRow | None:
        """The first row, or ``None``; the others are not read."""
        found = self._cursor.fetchone()
        made = None if found is None else self._kind()(found)
        self._cursor.close()
        return made

    def all(self) -> list[ResultRow]:
        return list(map(self._kind(), self._cursor.fetchall()))

    def scalar(self) -> Any:
        """The first value of the first row; ``None`` without a row."""
        found = self._cursor.fetchone()
        self._cursor.close()
        return None if found is None else found[0]

    def scalar_one(self) -> Any:
        """The one value of the one row. Raises ``ValueError`` for another number of rows."""
        ((value, *_),) = self._cursor.fetchall()
        return value

    def scalars(self) -> Iterator[Any]:
        """The first value of each row."""
        return map(itemgetter(0), self._cursor)

    def __iter__(self) -> Iterator[ResultRow]:
        kind = self._kind()
        while rows := self._cursor.fetchmany(_HELD):
            yield from map(kind, rows)

    def _kind(self) -> type[ResultRow]:
        return _kind(tuple([column[0] for column in self._cursor.description or ()]))


@cache
def _kind(names: tuple[str, ...]) -> type[ResultRow]:
    """The class of the rows with these columns. (A named tuple would have to be compiled.)"""

    def as_dict(row: ResultRow) -> dict[str, Any]:
        return dict(zip(names, row, strict=True))

    values: dict[str, Any] = {name: property(itemgetter(at)) for at, name in enumerate(names)}
    return type("ResultRow", (ResultRow,), {"__slots__": (), **values, "_asdict": as_dict})
