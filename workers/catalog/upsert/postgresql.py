"""The writer's statements on PostgreSQL: COPY for new rows, pipelined updates for changed ones."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc

from specs.contracts.work import Row
from workers.catalog.upsert import binary_copy
from workers.catalog.upsert.backend import Event, Known, Old, Stamp
from workers.catalog.upsert.sqlite import entity_values
from workers.catalog.upsert.words import tsvector
from workers.store.connection import Connection
from workers.store.statements import Statements

_ROW_AT_FAULT = ("22", "23", "54")
"""SQLSTATE classes of errors that a row causes: data exception, constraint violation, program limit exceeded."""


class PostgresqlBackend:
    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.sql = Statements(conn, "workers.catalog")

    def lookup(self, rows: Sequence[Row]) -> dict[int, Known]:
        keys = json.dumps([(row.fqn, row.type) for row in rows])
        return {row[0]: Known(*row[1:]) for row in self._ask("lookup", {"keys": keys})}

    def contents(self, ids: Sequence[int]) -> dict[int, Old]:
        return {row[0]: Old(row[1], None) for row in self._ask("old_contents", {"ids": json.dumps(ids)})}

    def insert(self, rows: Sequence[Row], stamp: Stamp) -> Sequence[int]:
        given: list[int] = self.sql.column("new_ids", n=len(rows))
        pairs = list(zip(given, rows, strict=True))
        self._copy("insert_entities", binary_copy.entities(pairs, stamp))
        self._copy("insert_contents", binary_copy.contents(pairs))
        known = [(at, row) for at, row in pairs if row.stats is not None]
        if known:
            self._copy("insert_stats", binary_copy.stats(known))
        return given

    def update(self, rows: Sequence[tuple[int, Row, Old]], stamp: Stamp) -> None:
        self.execute("update_entity", (entity_values(id_, row, stamp) for id_, row, _ in rows))
        self.rewrite(rows)

    def rewrite(self, rows: Sequence[tuple[int, Row, Old]]) -> None:
        contents = ({"id": id_, "content": row.content, "words": tsvector(row.search)} for id_, row, _ in rows)
        self.execute("update_content", contents)

    def execute(self, name: str, values: Iterable[Mapping[str, Any]]) -> None:
        self.sql.many(name, list(values))

    def append(self, first: int, events: Sequence[Event], stamp: Stamp) -> None:
        self._copy("insert_events", binary_copy.events(first, events, stamp))

    def refused(self, error: Exception) -> bool:
        cause: Any = error.orig if isinstance(error, exc.DBAPIError) else error
        if isinstance(cause, UnicodeError | struct.error):
            return True
        state = getattr(cause, "sqlstate", None)
        if state:
            return str(state).startswith(_ROW_AT_FAULT)
        return type(cause).__name__ == "DataError"  # psycopg raises it itself: NUL in a text, a number out of range

    def _ask(self, name: str, values: Mapping[str, Any]) -> list[Any]:
        """The rows of a query that is planned for each call: a prepared plan from when the catalog was small would go
        on scanning whole tables."""
        statement = self.sql.text(name)
        with self._driver(statement) as cursor:
            found: list[Any] = cursor.execute(statement, values, prepare=False).fetchall()
            return found

    def _copy(self, name: str, pieces: Iterable[bytes]) -> None:
        statement = self.sql.text(name)
        with self._driver(statement) as cursor, cursor.copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)

    @contextmanager
    def _driver(self, statement: str) -> Iterator[Any]:
        """A cursor of psycopg itself; its errors are raised as ``DBAPIError``, as SQLAlchemy does."""
        ours: Any = self.conn
        driver = ours.connection.driver_connection
        base = ours.dialect.loaded_dbapi.Error
        try:
            with driver.cursor() as cursor:
                yield cursor
        except base as error:
            raise exc.DBAPIError.instance(statement, None, error, base, dialect=ours.dialect) from error
