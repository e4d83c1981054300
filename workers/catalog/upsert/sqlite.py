"""The writer's statements on SQLite: tuples into prepared statements, with ids assigned under the write lock.

Many new rows go into one statement where that is faster: each statement releases the interpreter's lock, which wakes a
waiting thread. Large contents go one by one, and so do words, because the search index flushes after each statement of
several rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from specs.contracts.work import SEARCHED, Row
from specs.names import mark
from workers.catalog.upsert.backend import Event, Known, Old, Stamp
from workers.store.connection import Connection
from workers.store.statements import Statements

VALUES = 960
"""Values in one statement of several rows, about; SQLite may have been built with a limit of 999."""
SMALL, CONTENTS = 16_000, 16
"""Most characters of contents that are inserted together, and how many of them; the prepared statement keeps them in
memory until it runs again."""
LARGE = 1_000_000
"""Characters of a content above which its copy in the prepared statement is freed at once."""


class SqliteBackend:
    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.sql = Statements(conn, "workers.catalog")

    def lookup(self, rows: Sequence[Row]) -> dict[int, Known]:
        keys = json.dumps([(row.fqn, row.type) for row in rows])
        found = self.sql.all("lookup", keys=keys)
        return {row[0]: Known(*row[1:]) for row in found}

    def contents(self, ids: Sequence[int]) -> dict[int, Old]:
        found = self.sql.all("old_contents", ids=json.dumps(ids))
        return {row[0]: Old(row[1], row[2]) for row in found}

    def insert(self, rows: Sequence[Row], stamp: Stamp) -> Sequence[int]:
        last = self.sql.value("last_id")
        entities, contents, words, stats = [], [], [], []
        for at, row in enumerate(rows, last + 1):
            entities.append(
                (at, row.type, row.fqn, row.parent, row.name, stamp.service, row.node, row.scope, row.owner,
                 mark(row.type, row.fqn), row.hash, stamp.version, stamp.run, stamp.now, stamp.now)
            )  # fmt: skip
            text = row.search[:SEARCHED]
            contents.append((at, row.content, text))
            words.append((at, text))
            if row.stats is not None:
                stats.append((at, row.stats))
        self._together("insert_entities", entities)
        self._insert_contents(contents)
        self.sql.many("index_words", words)
        self._together("insert_stats", stats)
        return range(last + 1, last + 1 + len(rows))

    def _insert_contents(self, contents: list[tuple[int, str, str]]) -> None:
        largest = max(len(content) for _, content, _ in contents)
        if largest <= SMALL:
            self._together("insert_contents", contents, values=3 * CONTENTS)
            return
        rows = [(*each, 1) for each in contents]
        if largest > LARGE:  # SQLite keeps the last bound values, so bind small ones after the large ones
            rows.append((0, "", "", 0))
        self.sql.many("insert_large_contents", rows)

    def update(self, rows: Sequence[tuple[int, Row, Old]], stamp: Stamp) -> None:
        self.execute("update_entity", (entity_values(id_, row, stamp) for id_, row, _ in rows))
        self.rewrite(rows)

    def rewrite(self, rows: Sequence[tuple[int, Row, Old]]) -> None:
        gone, come, contents = [], [], []
        for id_, row, old in rows:
            text = row.search[:SEARCHED]
            contents.append((row.content, text, id_))
            if text != old.words:
                gone.append((id_, old.words))
                come.append((id_, text))
        self.sql.many("unindex_words", gone)  # before the content changes, because the index has no copy of the words
        self.sql.many("update_content", contents)
        self.sql.many("index_words", come)

    def execute(self, name: str, values: Iterable[Mapping[str, Any]]) -> None:
        self.sql.many(name, list(values))

    def append(self, first: int, events: Sequence[Event], stamp: Stamp) -> None:
        insert = self._together if all(event.diff is None for event in events) else self.sql.many  # a diff may be large
        insert("insert_events", [(n, *event, stamp.run, stamp.now) for n, event in enumerate(events, first)])

    def refused(self, error: Exception) -> bool:
        if isinstance(error, sqlite3.OperationalError):
            return False
        own = sqlite3.DataError | sqlite3.IntegrityError | sqlite3.InterfaceError | sqlite3.ProgrammingError
        return isinstance(error, own | UnicodeError | OverflowError)

    def _together(self, name: str, rows: Sequence[tuple[Any, ...]], *, values: int = VALUES) -> None:
        """Insert rows, as many with one statement as have ``values`` values together."""
        each = values // len(rows[0]) if rows else 1
        rest = len(rows) - len(rows) % each
        if rest:
            packed = [tuple(chain.from_iterable(rows[at : at + each])) for at in range(0, rest, each)]
            self.conn.exec_driver_sql(_several(self.sql.text(name), each), packed)
        self.sql.many(name, list(rows[rest:]))


@cache
def _several(statement: str, rows: int) -> str:
    """The statement for several rows: the tuple of question marks at its end is repeated."""
    return statement + f", {statement[statement.rindex('(') :]}" * (rows - 1)


def entity_values(id_: int, row: Row, stamp: Stamp) -> dict[str, Any]:
    """The parameters of ``update_entity``, the same in both dialects."""
    return {
        "id": id_, "parent": row.parent, "name": row.name, "node": row.node, "scope": row.scope, "owner": row.owner,
        "hash": row.hash, "version": stamp.version, "run": stamp.run, "now": stamp.now,
    }  # fmt: skip
