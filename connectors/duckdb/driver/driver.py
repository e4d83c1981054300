"""One read-only connection to a DuckDB file, with deadlines and errors named by what to do next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from connectors.common import files
from connectors.duckdb.errors import classify
from specs.config import Limits
from specs.errors import Fatal, HeadraceError, Skip

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
        return classify(error, str(self.path), self.limits.statement_timeout)

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
