"""One connection to one PostgreSQL database: short transactions, streamed rows, deadlines everywhere."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import pq

from connectors.postgres.bytenames import take_bytes, unencoded
from connectors.postgres.connection import PostgresConnection
from connectors.postgres.failures import classify, refused
from connectors.postgres.statements import statements
from specs.config import Limits
from specs.errors import Fatal, HeadraceError

GRACE = 30.0
"""Seconds that a statement may take beyond its own timeout before the connection is cut: the server hangs. No more
than that timeout itself, but five at least."""

Params = Mapping[str, Any] | Sequence[Any]


class PostgresDriver:
    """Connects on first use. Threads take turns: whoever is in a transaction has the connection.

    ``count`` is called once for every statement sent.
    """

    def __init__(self, config: PostgresConnection, limits: Limits, count: Callable[[], None]) -> None:
        self.config, self.limits = config, limits
        self.database = config.first_database
        self.grace = min(GRACE, max(5.0, limits.statement_timeout))
        self._count = count
        self._lock = threading.RLock()
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._cancelled = False
        self._busy = False

    @property
    def where(self) -> str:
        return self.config.model_copy(update={"database": self.database}).endpoint()

    # -- the connection -------------------------------------------------------------------------------------------
    def use(self, database: str) -> None:
        """Work in ``database`` from now on; a connection to another one is closed."""
        with self._lock:
            if database != self.database:
                self.close()
                self.database = database

    def open(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The connection. Raises ``Retry`` (unreachable, starting), ``Stop`` (this database denied), ``Fatal``
        (credentials, too old)."""
        with self._lock:
            if self._connection is None or self._connection.closed:
                self._cancelled = False
                self._connection = self._connect()
            return self._connection

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            made = self._attempt(_options(self._settings()))
        except psycopg.OperationalError as error:
            if "unsupported startup parameter" not in str(error):
                raise refused(error, self.where, self.database, self.config.username) from None
            made = self._pooled()  # a connection pooler in between
        if made.info.server_version < 130000:
            version = made.info.parameter_status("server_version")
            made.close()
            raise Fatal(f"PostgreSQL {version} is not supported", self.where, "13 is the oldest", reason="unsupported")
        if unencoded(made):
            self._count()
            try:
                take_bytes(made)
            except psycopg.Error as error:
                made.close()
                raise self.classify(error) from None
        return made

    def _attempt(self, options: str) -> psycopg.Connection[tuple[Any, ...]]:
        patience = int((self.limits.statement_timeout + GRACE) * 1000)
        parameters = self.config.parameters()
        return psycopg.connect(
            dbname=self.database,
            options=f"{parameters.pop('options', '')} {options}".strip(),
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=max(2, round(self.limits.connect_timeout)),
            application_name="headrace",
            client_encoding="utf8",
            keepalives=1,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=patience,
            **parameters,
        )

    def _pooled(self) -> psycopg.Connection[tuple[Any, ...]]:
        made = self._attempt("")
        for name, value in self._settings().items():
            self._count()
            made.execute("SELECT pg_catalog.set_config(%s, %s, false)", (name, value))
        return made

    def _settings(self) -> dict[str, str]:
        """Session settings. An empty search path makes type names and view definitions the same for every role;
        JIT costs catalog queries more than it saves."""
        statement = round(self.limits.statement_timeout * 1000)
        return {
            "search_path": "",
            "jit": "off",
            "statement_timeout": str(statement),
            "lock_timeout": str(round(self.limits.lock_timeout * 1000)),
            "idle_in_transaction_session_timeout": str(statement + 60_000),
            "default_transaction_read_only": "on",
            "default_transaction_isolation": "repeatable read",
        }

    @property
    def version(self) -> int:
        """The server's version number: 150020."""
        return self.open().info.server_version

    @property
    def connected(self) -> bool:
        return self._connection is not None and not self._connection.closed

    @property
    def encrypted(self) -> bool:
        return bool(self.open().pgconn.ssl_in_use)

    def sql(self, name: str) -> str:
        """The statement of this name for this server."""
        return statements(self.version // 10000)[name]

    # -- statements -----------------------------------------------------------------------------------------------
    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One snapshot for all statements inside (repeatable read, read-only); ends whatever happens."""
        with self._lock:
            connection = self.open()
            self.execute("BEGIN")
            try:
                yield
            finally:
                # Nothing was written: ending it by COMMIT or by ROLLBACK is the same, and after an error both work.
                if not connection.closed and connection.info.transaction_status != pq.TransactionStatus.IDLE:
                    try:
                        self.execute("ROLLBACK")
                    except HeadraceError:
                        self.close()
                        raise

    def rows(self, name: str, params: Params = (), **parts: str) -> list[tuple[Any, ...]]:
        """Send the statement ``name`` and fetch its rows: those of one slice, which is bounded, or of one listing.

        ``parts`` are names of statements that stand in braces within it. Raises ``HeadraceError``, classified.
        (A generator per row would cost more than the row.)
        """
        with self._lock:
            connection = self.open()
            statement = self.sql(name)
            for part, other in parts.items():
                statement = statement.replace(f"{{{part}}}", self.sql(other))
            self._count()
            try:
                with self._deadline(connection), connection.cursor(binary=True) as cursor:
                    cursor.execute(statement, params)
                    return cursor.fetchall()
            except (psycopg.Error, OSError) as error:
                raise self._failed(error) from None

    def execute(self, statement: str) -> None:
        """Send a statement that answers with no rows of interest. Raises ``HeadraceError``, classified."""
        with self._lock:
            connection = self.open()
            self._count()
            try:
                with self._deadline(connection):
                    connection.execute(statement)
            except (psycopg.Error, OSError) as error:
                raise self._failed(error) from None

    def _failed(self, error: Exception) -> HeadraceError:
        found = classify(error, self.where, cancelled=self._cancelled)
        if self._connection is not None and self._connection.closed:
            self._connection = None
        return found

    def classify(self, error: Exception) -> HeadraceError:
        return classify(error, self.where, cancelled=self._cancelled)

    @contextmanager
    def _deadline(self, connection: psycopg.Connection[tuple[Any, ...]]) -> Iterator[None]:
        """Cut the line when the server does not even keep its own statement timeout."""
        timer = threading.Timer(self.limits.statement_timeout + self.grace, _cut, (connection.fileno(),))
        timer.daemon = True
        timer.start()
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
            timer.cancel()

    # -- the end --------------------------------------------------------------------------------------------------
    def cancel(self) -> None:
        """Ask the server to stop the statement that runs now, if any; from any thread, even inside a signal handler."""
        connection = self._connection
        if self._busy and connection is not None and not connection.closed:
            self._cancelled = True
            with suppress(psycopg.Error, OSError):
                connection.cancel_safe(timeout=2.0)

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()


def _options(settings: Mapping[str, str]) -> str:
    """libpq's ``options``: session settings that cost no statement of their own."""
    pairs = ((name, value.replace("\\", "\\\\").replace(" ", "\\ ")) for name, value in settings.items())
    return " ".join(f"-c {name}={value}" for name, value in pairs)


def _cut(descriptor: int) -> None:
    """Shut the socket down, so that a reader waiting on it wakes up with an error."""
    with suppress(OSError):
        line = socket.socket(fileno=os.dup(descriptor))
        with line:
            line.shutdown(socket.SHUT_RDWR)
