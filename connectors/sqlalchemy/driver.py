"""One connection through SQLAlchemy: opened on first use, statements counted, errors named by what to do next."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy import inspect as inspector_of
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, NoSuchTableError, SAWarning, SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.sqlalchemy.connection import SqlalchemyConnection
from specs.config import Limits
from specs.errors import Fatal, HeadraceError, Retry, Skip, Usage
from specs.harmless import mask


class SqlalchemyDriver:
    """``sent`` is called for every statement that SQLAlchemy sends."""

    def __init__(self, config: SqlalchemyConnection, limits: Limits, sent: Callable[[], None]) -> None:
        self.config, self.limits, self.sent = config, limits, sent
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._inspector: Inspector | None = None
        self._lock = threading.RLock()
        self._secrets = tuple(config.secrets())

    @cached_property
    def url(self) -> URL:
        """The URL with its password. Raises ``Usage`` when it is none."""
        try:
            url = make_url(self.config.url)
        except (ArgumentError, ValueError):
            what = "this is not an SQLAlchemy URL"
            raise Usage(what, self.config.endpoint(), "write dialect+driver://user@host:port/database") from None
        password = self.config.password
        return url.set(password=password.get_secret_value()) if password else url

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that is always rolled back; what the inspector remembers of it is forgotten."""
        with self._lock:
            self.inspector()
            try:
                yield
            finally:
                if self._inspector is not None:
                    self._inspector.clear_cache()
                if self._connection is not None and not self._connection.invalidated:
                    with suppress(SQLAlchemyError):
                        self._connection.rollback()

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the inspector. Unknown types are no reason to warn, and what a dialect lacks is ``None``."""
        with self._lock:
            inspector = self.inspector()
            deadline = threading.Timer(self.limits.statement_timeout, self.cancel)
            deadline.daemon = True
            deadline.start()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", SAWarning)
                    return getattr(inspector, method)(*args, **kwargs)
            except NotImplementedError:
                return None
            finally:
                deadline.cancel()

    def inspector(self) -> Inspector:
        """Raises ``Retry`` (unreachable), ``Fatal`` (no dialect, no driver), ``Usage`` (bad URL)."""
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
        url, arguments = _read_only(self.url, dict(self.config.connect_args))
        self._engine = create_engine(url, poolclass=NullPool, connect_args=arguments)
        event.listen(self._engine, "before_cursor_execute", lambda *_: self.sent())
        connection = self._engine.connect()
        for statement in self.config.on_connect:
            connection.execute(text(statement))
        connection.commit()
        return connection

    def _unreachable(self, error: Exception) -> HeadraceError:
        where = self.config.endpoint()
        if isinstance(error, NoSuchModuleError | ModuleNotFoundError):
            remedy = "install the package that brings this dialect and its driver"
            return Fatal(self._clean(str(error)), where, remedy, reason="driver")
        if isinstance(error, DBAPIError):
            remedy = "check host, port, user and password"
            return Retry(f"cannot connect: {self._text(error)}", where, remedy, reason="connection")
        if isinstance(error, ArgumentError | TypeError):
            return Usage(f"cannot connect: {self._clean(str(error))}", where, "check url and connect_args")
        return self.classify(error)

    def classify(self, error: Exception) -> HeadraceError:
        where = self.config.endpoint()
        if isinstance(error, HeadraceError):
            return error
        if isinstance(error, DBAPIError):
            message = self._text(error)
            if error.connection_invalidated:
                self.close()
                return Retry(f"the connection is lost: {message}", where, reason="connection")
            words = message.lower()
            if any(word in words for word in ("timeout", "interrupt", "cancel")):
                return Skip(message, where, reason="timeout")
            if "denied" in words or "permission" in words or "privilege" in words:
                return Skip(message, where, "grant the right to read it", reason="denied")
            return Skip(message, where, reason="lock" if "lock" in words else "error")
        if isinstance(error, NoSuchTableError):
            return Skip(f"{error} is not there any more", where, reason="gone")
        return Skip(f"{type(error).__name__}: {self._clean(str(error))}", where, reason="error")

    def _text(self, error: DBAPIError) -> str:
        """The driver's own words, without the statement and its parameters."""
        return self._clean(str(error.orig).strip().split("\n", 1)[0])

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


def _read_only(url: URL, arguments: dict[str, Any]) -> tuple[URL, dict[str, Any]]:
    """Files are opened read-only, and never created."""
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        query = {**url.query, "mode": "ro", "uri": "true"}
        return url.set(database=f"file:{quote(url.database)}", query=query), arguments
    if url.get_backend_name() == "duckdb":
        arguments.setdefault("read_only", True)
    return url, arguments
