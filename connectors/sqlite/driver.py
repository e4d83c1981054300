"""One read-only connection to an SQLite file, with deadlines and errors named by what to do next."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from connectors.common import files
from connectors.sqlite.errors import classify
from specs.config import Limits
from specs.errors import Fatal, HeadraceError

_HEADER = b"SQLite format 3\0"
_STEPS_BETWEEN_LOOKS = 20_000
"""Virtual machine steps between two looks at the deadline: some milliseconds."""


class SqliteDriver:
    """Opens ``path`` on first use. ``sent`` is called for every statement."""

    def __init__(self, path: str, limits: Limits, sent: Callable[[], None]) -> None:
        self.path = Path(path).expanduser()
        self.limits = limits
        self.sent = sent
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()
        self.stand_ins: set[tuple[str, str]] = set()
        """Kind and name of what was made for this connection; see ``facets.broken``."""
        self._deadline = 0.0
        self._late = False

    def query(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of one statement. Raises ``sqlite3.Error`` and what opening raises."""
        with self._lock:
            connection = self._opened()
            self.sent()
            self._deadline, self._late = time.monotonic() + self.limits.statement_timeout, False
            return connection.execute(sql, parameters).fetchall()

    @contextmanager
    def preparing(self) -> Iterator[sqlite3.Connection]:
        """The connection, for statements that are prepared only and not counted. Raises what opening raises."""
        with self._lock:
            connection = self._opened()
            self._deadline, self._late = time.monotonic() + self.limits.statement_timeout, False
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            connection = self._opened()
            connection.execute("BEGIN")
            try:
                yield
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def classify(self, error: Exception) -> HeadraceError:
        return classify(error, str(self.path), self.limits.statement_timeout, late=self._late)

    def cancel(self) -> None:
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self.stand_ins.clear()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        options = "mode=ro"
        if self._sniff() and not os.access(self.path.parent, os.W_OK) and not Path(f"{self.path}-wal").exists():
            options += "&immutable=1"  # a file in WAL mode in a folder where no index of the log can be made
        uri = f"file:{quote(str(self.path.absolute()))}?{options}"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self.limits.lock_timeout, isolation_level=None, check_same_thread=False
        )
        try:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            connection.set_progress_handler(self._overdue, _STEPS_BETWEEN_LOOKS)
            self._deadline = time.monotonic() + self.limits.connect_timeout
            connection.execute("PRAGMA query_only = ON")
            # Without trust SQLite takes a schema whose expressions use JSON functions for malformed. The file is open
            # for reading only, no row is read, and no function but SQLite's own is known here.
            connection.execute("PRAGMA trusted_schema = ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            connection.close()
            raise self.classify(error) from error
        return connection

    def _overdue(self) -> int:
        self._late = time.monotonic() > self._deadline
        return int(self._late)

    def _sniff(self) -> bool:
        """Look at the file's head. Returns whether it is in WAL mode; raises ``Fatal`` when it is no database."""
        where, head = str(self.path), files.head(self.path, 20)
        if not head.startswith(_HEADER):
            remedy = "check the path; encrypted files are not supported"
            raise Fatal("the file is not an SQLite database", where, remedy, reason="not_a_database")
        return head[18:20] == b"\2\2"
