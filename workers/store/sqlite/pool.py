"""Connections to one SQLite database, each used by one thread at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from specs.errors import Retry
from workers.store.retries import BUSY_SECONDS
from workers.store.sqlite.address import SqliteAddress
from workers.store.sqlite.results import SqliteResult

_PRAGMAS = (
    f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}",
    "PRAGMA page_size = 8192",  # of a new file: in 4 KB there is room for one table's content, and the rest stays empty
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -1000",  # KB per connection: more was no faster, and memory grew with the estate
)
MOST_CONNECTIONS = 15
"""Connections in use at a time."""
IDLE_CONNECTIONS = 5
"""Connections that stay open while nobody uses them."""


class SqliteDialect:
    name = "sqlite"


class SqliteSession:
    """One connection. ``raw`` is the driver's; every error is one of ``sqlite3.Error``."""

    dialect = SqliteDialect()

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def exec_driver_sql(
        self, statement: str, parameters: Any = None, execution_options: Mapping[str, Any] | None = None
    ) -> SqliteResult:
        """Run a statement, for a list of values once for each. ``execution_options`` are about servers: the rows of an
        answer are never held here."""
        if type(parameters) is list:
            return SqliteResult(self.raw.executemany(statement, parameters))
        return SqliteResult(self.raw.execute(statement, () if parameters is None else parameters))

    def commit(self) -> None:
        self.raw.commit()

    def rollback(self) -> None:
        self.raw.rollback()


class SqlitePool:
    """Opens connections when they are needed, and keeps some for later; ``shared``: there is one, because a database in
    memory lives as long as its connection."""

    dialect = SqliteDialect()

    def __init__(self, address: SqliteAddress) -> None:
        self.address = address
        self.shared = address.file is None
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._idle: list[SqliteSession] = []
        self._shared: SqliteSession | None = None
        self._closed = 0

    @contextmanager
    def connect(self) -> Iterator[SqliteSession]:
        """A connection; what was not committed in it is undone.

        Raises ``sqlite3.Error`` when the file cannot be opened, and ``Retry`` when all connections stay in use.
        """
        if not self._free.acquire(timeout=BUSY_SECONDS):
            what = "no free connection to the catalog"
            raise Retry(what, str(self.address), "it is tried again", reason="catalog")
        try:
            era = self._closed
            session = self._taken()
            try:
                yield session
            finally:
                self._returned(session, era)
        finally:
            self._free.release()

    def _taken(self) -> SqliteSession:
        if self.shared:
            self._shared = self._shared or SqliteSession(self._opened())
            return self._shared
        try:
            return self._idle.pop()  # the one used last: its pages are in memory
        except IndexError:
            return SqliteSession(self._opened())

    def _opened(self) -> sqlite3.Connection:
        # we begin transactions ourselves: sqlite3 would begin them too late
        raw = sqlite3.connect(
            self.address.target, BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=self.address.uri
        )
        try:
            for pragma in _PRAGMAS:
                raw.execute(pragma).close()
        except BaseException:
            raw.close()
            raise
        return raw

    def _returned(self, session: SqliteSession, era: int) -> None:
        try:
            session.rollback()
        except sqlite3.Error:
            era = -1
        if session is self._shared:
            return
        if era == self._closed and len(self._idle) < IDLE_CONNECTIONS:
            self._idle.append(session)
        else:
            with suppress(sqlite3.Error):
                session.raw.close()

    def dispose(self) -> None:
        """Close the connections, those in use as soon as they are returned. May be called twice."""
        self._closed += 1
        while self._idle:
            self._idle.pop().raw.close()
        if self._shared is not None:
            self._shared.raw.close()
            self._shared = None
