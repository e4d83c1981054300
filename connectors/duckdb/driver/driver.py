"""One read-only connection to a DuckDB file, with deadlines and errors named by what to do next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from connectors.common import files
from specs.config import Limits
from specs.errors import Fatal, HeadraceError, Retry, Skip
from specs.mistakes import told

_MAGIC = slice(8, 12)
_SETTINGS = {
    "enable_external_access": "false",  # a view over files must not make the crawl read them
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "1",
}


class DuckdbDriver:
    """Opens ``path`` on first use. ``sent`` is called for every statement."""

    def __init__(self, path: str, limits: Limits, sent: Callable[[], None]) -> None:
        self.path = Path(path).expanduser()
        self.limits = limits
        self.sent = sent
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._lock = threading.RLock()

    def query(
        self, sql: str, parameters: dict[str, Any] | None = None, *, counted: bool = True
    ) -> list[tuple[Any, ...]]:
        """All rows of one statement; ``parameters`` as ``$name``. Raises ``duckdb.Error`` and what opening raises.

        Statements that are planned only, never run, are not ``counted``.
        """
        with self._lock:
            connection = self._opened()
            if counted:
                self.sent()
            deadline = threading.Timer(self.limits.statement_timeout, connection.interrupt)
            deadline.daemon = True
            deadline.start()
            try:
                return connection.execute(sql, parameters).fetchall()
            finally:
                deadline.cancel()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            connection = self._opened()
            connection.execute("BEGIN TRANSACTION")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    def classify(self, error: Exception) -> HeadraceError:
        where, text = str(self.path), str(error).split("\n", 1)[0]
        if isinstance(error, HeadraceError):
            return error
        if not isinstance(error, duckdb.Error):
            return Skip(told(error), where, reason="error")
        if isinstance(error, duckdb.InterruptException):
            what = f"a statement was interrupted (limit {self.limits.statement_timeout:g} s)"
            return Skip(what, where, reason="timeout")
        if "lock on file" in text or "different configuration" in text:
            remedy = "close the process that has the file open for writing, or crawl a copy of it"
            return Fatal(f"the database is in use: {text}", where, remedy, reason="lock")
        if isinstance(error, duckdb.FatalException | duckdb.InternalException) or "orrupt" in text:
            return Fatal(f"the database cannot be read: {text}", where, "test the file", reason="not_a_database")
        if isinstance(error, duckdb.OutOfMemoryException):
            return Retry(text, where, reason="memory")
        return Skip(text, where, reason="error")

    def cancel(self) -> None:
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._sniff()
            try:
                self._connection = duckdb.connect(str(self.path), read_only=True, config=dict(_SETTINGS))
            except duckdb.Error as error:
                failed = self.classify(error)
                if isinstance(failed, Skip):
                    remedy = "the file may come from a newer DuckDB; install the version that wrote it"
                    failed = Fatal(f"cannot open the database: {failed.what}", str(self.path), remedy, reason="open")
                raise failed from error
        return self._connection

    def _sniff(self) -> None:
        """Raise ``Fatal`` when the path is no DuckDB file; DuckDB itself would try other formats on it."""
        where, head = str(self.path), files.head(self.path, 16)
        if head[_MAGIC] != b"DUCK":
            raise Fatal("the file is not a DuckDB database", where, "check the path", reason="not_a_database")
