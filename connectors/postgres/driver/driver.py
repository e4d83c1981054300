"""One connection to one PostgreSQL database: short transactions, streamed rows, deadlines everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import pq

from connectors.common.sql.driver import CANCEL_SECONDS, grace
from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.driver.byte_names import take_bytes, unencoded
from connectors.postgres.driver.deadlines import cut_line, of_connection
from connectors.postgres.driver.oids import take_oids
from connectors.postgres.driver.round_trip import round_trip
from connectors.postgres.driver.session import BEGIN, HELD, TEXTS, WATCH, Session
from connectors.postgres.driver.statements import statements
from connectors.postgres.errors import classify, crowded, refused
from specs.config import Limits
from specs.errors import Fatal, HeadraceError, Skip

Params = Mapping[str, Any] | Sequence[Any]


class PostgresDriver:
    """Connects on first use. Threads take turns: one that is in a transaction has the connection.

    Every statement runs in a transaction that begins with settings of its own (``session``), so that nothing is left
    behind in a session that others may get. ``count`` is called once for every statement, but not for what begins a
    transaction and goes along with its first one. ``arrived`` is called once for every new connection. ``trips`` are
    the round trips so far, ``awaited`` the statements of the one that is under way.
    """

    arrived: Callable[[], None] | None = None

    def __init__(self, config: PostgresConnection, limits: Limits, count: Callable[[], None]) -> None:
        self.config, self.limits = config, limits
        self.database = config.first_database
        self.grace = grace(limits)
        self.trips, self.awaited, self._count = 0, 1, count
        self._lock = threading.RLock()
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self.session = Session(limits, self.where)
        self._held = self._begun = self._cancelled = self._busy = False
        self._waited = 0.0

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
        (credentials, too old), and what ``arrived`` raises."""
        with self._lock:
            if self._connection is None or self._connection.closed:
                self._cancelled, self._waited = False, 0.0
                self._connection = self._connect()
                try:
                    self._probe()
                    if self.arrived is not None:
                        self.arrived()
                except BaseException:
                    self.close()
                    raise
            return self._connection

    def _probe(self) -> None:
        """See that our settings hold, and which server this is, where we may ask."""
        try:
            (told,) = self.execute(HELD + WATCH)
        except Skip:
            (told,) = self.execute(HELD)
        else:
            self.session.watch(*told[-3:])
        self.session.hold(told[: len(TEXTS)])

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            made = self._attempt(self.database)
        except psycopg.OperationalError as error:
            raise self._refused(error) from None
        if made.info.server_version < 130000:
            version = made.info.parameter_status("server_version")
            made.close()
            raise Fatal(f"PostgreSQL {version} is not supported", self.where, "13 is the oldest", reason="unsupported")
        self.session = Session(self.limits, self.where)
        take_oids(made)
        if unencoded(made):
            take_bytes(made)
            self.session.encoding = "SQL_ASCII"
        return made

    def _attempt(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            dbname=database,
            autocommit=True,
            prepare_threshold=None,
            application_name="headrace",
            client_encoding="utf8",
            **of_connection(self.limits),
            **self.config.parameters(),
        )

    def _refused(self, error: psycopg.OperationalError) -> HeadraceError:
        first = self.config.first_database
        if not crowded(error) or self.database == first:
            return refused(error, self.where, self.database, self.config.username, only=self.database != first)
        try:  # a limit of 0 refuses every connection, however long one waits
            with self._attempt(first) as other:
                limit = other.execute(self.sql_for(other, "connection_limit"), [self.database]).fetchone()
        except psycopg.Error:
            limit = None
        return refused(error, self.where, self.database, self.config.username, only=True, full=limit == (0,))

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
        return self.sql_for(self.open(), name)

    @staticmethod
    def sql_for(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> str:
        return statements(connection.info.server_version // 10000)[name]

    # -- statements -----------------------------------------------------------------------------------------------
    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One snapshot for all statements inside (repeatable read, read-only); ends whatever happens."""
        with self._lock:
            self.open()
            self._held, self._begun = True, False
            try:
                yield
            finally:
                self._held = self._begun = False
                self._end()

    def _end(self) -> None:
        """Nothing was written: ending it by COMMIT or by ROLLBACK is the same, and after an error both work."""
        connection = self._connection
        if connection is None or connection.closed:
            return
        if connection.info.transaction_status != pq.TransactionStatus.IDLE:
            self.trips += 1
            self._count()
            try:
                with self._deadline(connection):
                    connection.execute("ROLLBACK")
            except (psycopg.Error, OSError) as error:
                self.close()
                raise self.classify(error) from None

    def rows(self, name: str, params: Params = (), **parts: str) -> list[tuple[Any, ...]]:
        """Send the statement ``name`` and fetch its rows: those of one slice, which is bounded, or of one listing.

        ``parts`` are names of statements that stand in braces within it, in the order in which they are put in. Raises
        ``HeadraceError``, classified. (A generator per row would cost more than the row.)
        """
        return self.execute(self.composed(name, **parts), params)

    def composed(self, name: str, **parts: str) -> str:
        """The statement of this name, with the statements of ``parts`` where their words stand in braces."""
        statement = self.sql(name)
        for part, other in parts.items():
            statement = statement.replace(f"{{{part}}}", self.sql(other))
        return statement

    def execute(self, statement: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """Send a statement, in a transaction of its own unless one is open. Raises ``HeadraceError``, classified."""
        return self.together([(statement, params)])[0]

    def together(self, asked: Sequence[tuple[str, Params]]) -> list[list[tuple[Any, ...]]]:
        """Send statements in one round trip, in a transaction of their own unless one is open; the rows of each.

        Raises ``HeadraceError``, classified.
        """
        with self._lock:
            connection = self.open()
            self.trips += 1
            for _ in asked:
                self._count()
            try:
                self.awaited = len(asked)
                with self._deadline(connection, len(asked)):
                    return self._sent(connection, asked)
            except (psycopg.Error, OSError, HeadraceError) as error:
                raise self._unheld() or self._failed(error) from None
            finally:
                self.awaited = 1

    def _sent(
        self, connection: psycopg.Connection[tuple[Any, ...]], asked: Sequence[tuple[str, Params]]
    ) -> list[list[tuple[Any, ...]]]:
        cursors = [connection.cursor(binary=True) for _ in asked]
        if self._begun and len(asked) == 1:
            cursors[0].execute(*asked[0])
            return [cursors[0].fetchall()]
        opening = None
        with round_trip(connection):
            if not self._begun:
                connection.execute(BEGIN)
                opening = connection.execute(self.session.opening())
            for cursor, (statement, params) in zip(cursors, asked, strict=True):
                cursor.execute(statement, params)
            if not self._held:
                connection.execute("COMMIT")
        if opening is not None:
            self.session.opened(opening.fetchone())
            self._begun = self._held
        return [cursors.pop(0).fetchall() for _ in asked]  # an answer of the server is let go once it is rows

    def _unheld(self) -> Fatal | None:
        """The error of a pooler that cuts the line at every transaction of several statements; ``None`` for any other.

        Statements that are sent together lose its message with the line, so a transaction is tried step by step.
        """
        if not self._held or self._begun or self._connection is None or not self._connection.closed:
            return None
        try:
            with self._attempt(self.database) as other:
                other.execute(BEGIN)
                other.execute("ROLLBACK")
        except psycopg.Error as why:
            found = classify(why, self.where)
            return found if isinstance(found, Fatal) else None
        return None

    def _failed(self, error: Exception) -> HeadraceError:
        found = self.classify(error)
        if isinstance(error, HeadraceError):  # not the server that it was, or not with our settings
            self.close()
        elif self._connection is not None and self._connection.closed:
            self._connection = None
        elif not self._held:
            self._end()
        return found

    def classify(self, error: Exception) -> HeadraceError:
        return classify(error, self.where, cancelled=self._cancelled, waited=self._waited)

    @contextmanager
    def _deadline(self, connection: psycopg.Connection[tuple[Any, ...]], statements: int = 1) -> Iterator[None]:
        """Cut the line when the server does not even keep its own timeout of so many statements."""
        patience = statements * self.limits.statement_timeout + self.grace

        def cut(descriptor: int) -> None:
            self._waited = patience
            cut_line(descriptor)

        timer = threading.Timer(patience, cut, (connection.fileno(),))
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
                connection.cancel_safe(timeout=CANCEL_SECONDS)

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()
