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
from specs.config import Limits
from specs.errors import Fatal, HeadraceError, Retry, Skip
from specs.mistakes import told

_HEADER = b"SQLite format 3\0"
_LOST = ("disk i/o error", "locking protocol")
_TICK = 20_000
"""Virtual machine steps between two looks at the deadline: some milliseconds."""
_MADE = 1000
"""Stand-ins for an application's functions and collations, at most."""


class SqliteDriver:
    """Opens ``path`` on first use. ``sent`` is called for every statement."""

    def __init__(self, path: str, limits: Limits, sent: Callable[[], None]) -> None:
        self.path = Path(path).expanduser()
        self.limits = limits
        self.sent = sent
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()
        self._deadline = 0.0
        self._late = False
        self._made: set[tuple[str, str]] = set()

    def query(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of one statement. Raises ``sqlite3.Error`` and what opening raises."""
        with self._lock:
            connection = self._opened()
            self.sent()
            self._deadline, self._late = time.monotonic() + self.limits.statement_timeout, False
            return connection.execute(sql, parameters).fetchall()

    def broken(self, relation: str) -> str:
        """Why a view or virtual table cannot be used, or an empty text. It is prepared only, nothing is read.

        Functions and collations that only the application knows do not break a view; here stand-ins that are never
        called take their place.
        """
        quoted = relation.replace('"', '""')
        with self._lock:
            connection = self._opened()
            self._deadline, self._late = time.monotonic() + self.limits.statement_timeout, False
            while True:
                try:
                    connection.execute(f'EXPLAIN SELECT * FROM main."{quoted}"').close()
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:
                        raise
                    if not self._stand_in(connection, str(error)):
                        return str(error)
                else:
                    return ""

    def _stand_in(self, connection: sqlite3.Connection, message: str) -> bool:
        """Make the function or collation that ``message`` misses; ``False`` when it misses none, or has it already."""
        kind, _, name = message.removeprefix("no such ").partition(": ")
        if not name or (kind, name) in self._made or len(self._made) >= _MADE:
            return False
        if kind == "function":
            connection.create_function(name, -1, lambda *_: None)
        elif kind == "collation sequence":
            connection.create_collation(name, lambda one, other: (one > other) - (one < other))
        else:
            return False
        self._made.add((kind, name))
        return True

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
        where, text = str(self.path), str(error)
        if isinstance(error, HeadraceError):
            return error
        if not isinstance(error, sqlite3.Error):
            return Skip(told(error), where, reason="error")
        lower = text.lower()
        if "interrupted" in lower and self._late:
            return Skip(f"a statement took longer than {self.limits.statement_timeout:g} s", where, reason="timeout")
        if "locked" in lower or "busy" in lower:
            return Retry(f"the database is locked: {text}", where, "stop the writer, or crawl later", reason="lock")
        if "malformed database schema" in lower:
            remedy = f"a newer SQLite than {sqlite3.sqlite_version}, which reads here, may have written it"
            return Fatal(f"SQLite does not understand the schema: {text}", where, remedy, reason="schema")
        if "not a database" in lower or "malformed" in lower:
            remedy = "encrypted files are not supported; test the file with: PRAGMA integrity_check"
            return Fatal(f"the file is not a usable SQLite database: {text}", where, remedy, reason="not_a_database")
        if "unable to open" in lower:
            return Fatal(
                f"cannot open the database: {text}", where, "check the rights on file and folder", reason="denied"
            )
        if any(words in lower for words in _LOST) or "interrupted" in lower:
            return Retry(f"reading was cut off: {text}", where, reason="connection")
        return Skip(text, where, reason="error")

    def cancel(self) -> None:
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._made.clear()

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
            connection.set_progress_handler(self._overdue, _TICK)
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
