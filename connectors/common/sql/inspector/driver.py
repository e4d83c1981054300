"""One connection through SQLAlchemy: opened on first use, statements counted, errors named by what to do next."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, TextClause, create_engine, event, text
from sqlalchemy import inspect as inspector_of
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SAWarning, SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.common import files
from connectors.common.sql.inspector.connection import DialectConnection
from connectors.common.sql.inspector.errors import classify, words
from specs.config import Limits
from specs.errors import Fatal, HeadraceError, Retry, UsageError
from specs.recipe.allow_list import mask


class InspectorDriver:
    """``sent`` is called for every statement that SQLAlchemy sends."""

    def __init__(self, config: DialectConnection, limits: Limits, sent: Callable[[], None]) -> None:
        self.config, self.limits, self.sent = config, limits, sent
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._inspector: Inspector | None = None
        self._lock = threading.RLock()
        self._secrets = tuple(config.secrets())
        self._late = False

    @cached_property
    def url(self) -> URL:
        """The URL with its password. Raises ``UsageError`` when it is none."""
        try:
            url = make_url(self.config.dialect_url())
        except (ArgumentError, ValueError):
            what = "this is not an SQLAlchemy URL"
            raise UsageError(what, self.config.endpoint(), "write dialect+driver://user@host:port/database") from None
        password = self.config.dialect_password()
        return url.set(password=password.get_secret_value()) if password else url

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that is always rolled back; what the inspector remembers of it is forgotten."""
        with self._lock:
            self.inspector()
            try:
                yield
            finally:
                self._rollback()

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the inspector; what a dialect lacks is ``None``."""
        return self.reflect(method, *args, **kwargs)[0]

    def reflect(self, method: str, *args: Any, **kwargs: Any) -> tuple[Any, list[str]]:
        """Call a method of the inspector; also what SQLAlchemy warned of, without repetitions.

        After an error the transaction is rolled back: what is asked next must not find it aborted.
        """
        with self._lock, self._deadline():
            inspector = self.inspector()
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    found = getattr(inspector, method)(*args, **kwargs)
                except NotImplementedError:
                    found = None
                except Exception:
                    self._rollback()
                    raise
        said = [" ".join(str(each.message).split()) for each in caught if issubclass(each.category, SAWarning)]
        return found, list(dict.fromkeys(said))

    def forget(self) -> None:
        """Let the inspector ask again for what it remembers."""
        if self._inspector is not None:
            self._inspector.clear_cache()

    def execute(self, statement: TextClause, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of one statement. After an error the transaction is rolled back."""
        with self._lock, self._deadline():
            self.inspector()
            assert self._connection is not None
            try:
                return [tuple(row) for row in self._connection.execute(statement, parameters or {})]
            except Exception:
                self._rollback()
                raise

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Interrupts what is asked of the database when the statement timeout is over."""
        self.inspector()
        self._late = False
        timer = threading.Timer(self.limits.statement_timeout, self._overdue)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _overdue(self) -> None:
        self._late = True
        self.cancel()

    def _rollback(self) -> None:
        if self._inspector is not None:
            self._inspector.clear_cache()
        if self._connection is not None and not self._connection.invalidated:
            with suppress(SQLAlchemyError):
                self._connection.rollback()

    def inspector(self) -> Inspector:
        """Raises ``Retry`` (unreachable), ``Fatal`` (no dialect, no driver), ``UsageError`` (bad URL)."""
        with self._lock:
            if self._inspector is None:
                try:
                    self._connection = self._connect()
                    self._inspector = inspector_of(self._connection)
                except Exception as error:
                    self.close()
                    raise self._unreachable(error) from None
            return self._inspector

    def _connect(self) -> Connection:
        create_engine(self.url, poolclass=NullPool)  # raises for a dialect or driver that is not there
        path = _file(self.url)
        if path is not None:
            files.head(path, 1)
        url, arguments = _read_only(self.url, path, self.config.dialect_arguments())
        self._engine = create_engine(url, poolclass=NullPool, connect_args=arguments)
        event.listen(self._engine, "before_cursor_execute", lambda *_: self.sent())
        connection = self._engine.connect()
        for statement in self.config.dialect_statements():
            connection.execute(literal(statement))
        connection.commit()
        return connection

    def _unreachable(self, error: Exception) -> HeadraceError:
        where = self.config.endpoint()
        if isinstance(error, NoSuchModuleError | ModuleNotFoundError):
            remedy = "install the package that brings this dialect and its driver"
            return Fatal(self._clean(str(error)), where, remedy, reason="driver")
        if isinstance(error, DBAPIError):
            what = f"cannot connect: {self._clean(words(error.orig or error))}"
            return Retry(what, where, "check host, port, user and password", reason="connection")
        if isinstance(error, ArgumentError | TypeError):
            return UsageError(f"cannot connect: {self._clean(str(error))}", where, "check url and connect_args")
        return self.classify(error)

    def classify(self, error: Exception) -> HeadraceError:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            self.close()
        return classify(error, self.config.endpoint(), self._clean, late=self._late)

    def _clean(self, message: str) -> str:
        return mask(message, self._secrets)

    def cancel(self) -> None:
        """Interrupt the statement where the driver has a way to."""
        connection = self._connection
        if connection is None or connection.closed or connection.invalidated:
            return
        with suppress(Exception):  # drivers differ; where none of these exist there is nothing to be done
            raw: Any = connection.connection.dbapi_connection
            (getattr(raw, "cancel", None) or raw.interrupt)()

    def close(self) -> None:
        with self._lock:
            connection, self._connection, self._inspector = self._connection, None, None
            if connection is not None:
                with suppress(SQLAlchemyError):
                    connection.close()
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None


_PYSQLITE = frozenset({"pysqlite", "pysqlcipher"})
_DUCKDB = frozenset({"duckdb", "duckdb_engine", "duckdb_sqlalchemy"})


def literal(sql: str) -> TextClause:
    """A statement without parameters: ``text`` would take ``:name`` within it, in a quoted name as well, for one."""
    return text(sql.replace(":", r"\:"))


def _file(url: URL) -> Path | None:
    """The database file that a URL names; ``None`` for a server, for memory, and for what only the driver can find."""
    path = url.database
    if url.get_backend_name() not in ("sqlite", "duckdb") or not path or url.host:
        return None
    return None if path.startswith((":", "file:", "md:", "motherduck:")) else Path(path)


def _read_only(url: URL, path: Path | None, arguments: dict[str, Any]) -> tuple[URL, dict[str, Any]]:
    """The URL and the arguments with which drivers that are known to do so open the file ``path`` read-only."""
    driver = url.get_driver_name()
    if path is not None and driver in _PYSQLITE:
        query = {**url.query, "mode": "ro", "uri": "true"}
        return url.set(database=f"file:{quote(str(path))}", query=query), arguments
    if url.get_backend_name() == "duckdb" and driver in _DUCKDB:
        return url, {"read_only": True, **arguments}
    return url, arguments
