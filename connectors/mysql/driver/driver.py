"""One connection to a MySQL or MariaDB server: short read-only transactions, streamed rows, deadlines everywhere."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import SSCursor

from connectors.common.sql.driver import CANCEL_SECONDS
from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver import session
from connectors.mysql.driver.deadlines import of_session, silence
from connectors.mysql.errors import SKIPPED, classify
from specs.config import Limits
from specs.errors import Fatal, HeadraceError, Retry, Skip

CHUNK = 1000
"""Rows in one fetch buffer."""
_ONE_ONLY = (1064, 8130)
"""What servers and proxies answer that take one statement at a time."""


class MysqlDriver:
    """Connects on first use, again after a loss. ``sent`` is called once for every statement."""

    def __init__(self, config: MysqlConnection, limits: Limits, sent: Callable[[], None]) -> None:
        self.config, self.limits, self.sent = config, limits, sent
        self.variables: Mapping[str, str] = {}
        self._connection: pymysql.Connection[Any] | None = None
        self._together = True
        self._patience = limits.connect_timeout
        self.arrived: Callable[[], None] | None = None
        self._lock = threading.RLock()

    # -- the connection -------------------------------------------------------------------------------------------
    @property
    def mariadb(self) -> bool:
        self.open()
        return "mariadb" in self.variables.get("version", "").lower()

    def open(self) -> pymysql.Connection[Any]:
        """The connection. Raises ``Retry`` (unreachable, starting) and ``Fatal`` (refused, too old)."""
        with self._lock:
            if self._connection is None:
                try:
                    self._patience = self.limits.connect_timeout
                    self._connection = self._connect(self._patience)
                    self._prepare(self._connection)
                    self._wait_longer(self._connection)
                    if self.arrived is not None:
                        self.arrived()
                except BaseException as error:
                    self.close()
                    if isinstance(error, Exception):
                        raise self.classify(error) from None
                    raise
            return self._connection

    def _connect(self, patience: float) -> pymysql.Connection[Any]:
        """Reach the server and log in; the network may be silent for ``patience`` seconds at most."""
        config = self.config
        return pymysql.connect(
            host=config.host,
            port=config.port,
            unix_socket=config.unix_socket,
            user=config.username,
            password=config.password.get_secret_value() if config.password else "",
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=max(1, round(patience)),
            read_timeout=patience,
            write_timeout=patience,
            program_name="headrace",
            client_flag=CLIENT.MULTI_STATEMENTS,
            **_tls(config),
        )

    def _prepare(self, connection: pymysql.Connection[Any]) -> None:
        """Set the session first, then ask which server this is: a limit on rows of its own would cut that answer."""
        self._small(connection, session.SET)
        wanted = "'version', 'version_comment', 'server_uid', 'server_uuid', 'lower_case_table_names'"
        rows = self._small(connection, f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({wanted})")
        self.variables = {str(name).lower(): str(value) for name, value in rows}
        version = self.variables.get("version", "")
        maria = "mariadb" in version.lower()
        oldest = (10, 6) if maria else (8, 0)
        if _number(version) < oldest:
            what = f"{'MariaDB' if maria else 'MySQL'} {version} is not supported"
            remedy = f"{oldest[0]}.{oldest[1]} is the oldest"
            raise Fatal(what, self.config.endpoint(), remedy, reason="unsupported")
        settings = of_session(self.limits, maria=maria)
        self._small(connection, f"SET SESSION {settings}{'' if maria else ', show_create_table_verbosity = 0'}")
        session.verify(self._small(connection, session.CHECK)[0], self.config.endpoint())

    def _wait_longer(self, connection: pymysql.Connection[Any]) -> None:
        """A statement may take longer than logging in; the driver has no public way to say so afterwards."""
        self._patience = silence(self.limits)
        connection._read_timeout = connection._write_timeout = self._patience  # type: ignore[attr-defined]

    # -- statements -----------------------------------------------------------------------------------------------
    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A read-only transaction; information_schema has no snapshots, so it only forbids writing."""
        with self._lock:
            self._run("START TRANSACTION READ ONLY")
            try:
                yield
            finally:
                if self._connection is not None:
                    self._run("COMMIT")

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, *, strict: bool = False
    ) -> Iterator[tuple[Any, ...]]:
        """Send one statement and stream its rows. Raises ``HeadraceError``, classified.

        ``strict``: a table that information_schema left out because its definition is being changed raises ``Skip``
        (lock); it would otherwise look as if it had nothing.
        """
        with self._lock:
            connection = self.open()
            self.sent()
            try:
                with _streaming(connection) as cursor:
                    cursor.execute(sql, parameters)
                    while chunk := cursor.fetchmany(CHUNK):
                        yield from chunk
                    warned = cursor.warning_count
                if warned and strict:
                    self._warnings(connection)
            except Exception as error:
                raise self._failed(error) from None

    def fetch(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return list(self.rows(sql, parameters))

    def batch(self, statements: Sequence[str]) -> Iterator[list[tuple[Any, ...]] | HeadraceError]:
        """Send statements together and yield the rows of each, in order; the first that fails ends the batch with its
        error. Raises what the connection itself raises. Proxies that take one statement at a time get them so."""
        with self._lock:
            connection = self.open()
            together = [";".join(statements)] if self._together else list(statements)
            for sql in together:
                self.sent()
                with connection.cursor() as cursor:
                    more: bool | None = True
                    told = 0
                    while more:
                        try:
                            more = bool(cursor.nextset()) if told else cursor.execute(sql) is not None
                        except Exception as error:
                            if self._together and not told and len(statements) > 1 and _code(error) in _ONE_ONLY:
                                self._together = False
                                yield from self.batch(statements)
                                return
                            failed = self._failed(error)
                            if isinstance(failed, Retry | Fatal):
                                raise failed from None
                            yield failed
                            return
                        if more:
                            told += 1
                            yield list(cursor.fetchall())

    def _run(self, sql: str) -> None:
        connection = self.open()
        try:
            self._small(connection, sql)
        except Exception as error:
            raise self._failed(error) from None

    def _small(self, connection: pymysql.Connection[Any], sql: str) -> list[tuple[Any, ...]]:
        self.sent()
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def why_missing(self) -> Skip:
        """Why the statement before left out a table: its definition is being changed, or it is gone."""
        try:
            self._warnings(self.open())
        except Skip as locked:
            return locked
        return Skip("it went away while it was read", self.config.endpoint(), reason="gone")

    def _warnings(self, connection: pymysql.Connection[Any]) -> None:
        for _, code, text in self._small(connection, "SHOW WARNINGS"):
            if code in SKIPPED:
                raise Skip(f"the object is locked: {text}", self.config.endpoint(), reason="lock")

    def _failed(self, error: Exception) -> HeadraceError:
        found = self.classify(error)
        if isinstance(found, Retry | Fatal):
            self.close()
        return found

    def classify(self, error: Exception) -> HeadraceError:
        user = self.config.username or ""
        return classify(error, self.config.endpoint(), user, self.limits.statement_timeout, self._patience)

    # -- the end --------------------------------------------------------------------------------------------------
    def cancel(self) -> None:
        """Kill the statement that runs now, over a second connection; from any thread, without the lock."""
        connection = self._connection
        if connection is None:
            return
        number = int(connection.thread_id())  # type: ignore[no-untyped-call]
        with suppress(pymysql.MySQLError, OSError):
            second = self._connect(CANCEL_SECONDS)
            try:
                with second.cursor() as cursor:
                    cursor.execute(f"KILL QUERY {number}")
            finally:
                second.close()

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                with suppress(pymysql.MySQLError, OSError):
                    connection.close()


@contextmanager
def _streaming(connection: pymysql.Connection[Any]) -> Iterator[SSCursor]:
    """A cursor that fetches rows as they are read. After the line is lost, closing such a cursor would wait for the
    remaining rows on a closed socket, and its error would hide the first one; so it is told that none remain."""
    cursor = connection.cursor(SSCursor)
    try:
        yield cursor
    finally:
        result = cursor._result  # type: ignore[attr-defined]
        if result is not None and not connection.open:
            result.unbuffered_active = False
        cursor.close()


def _code(error: Exception) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _number(version: str) -> tuple[int, int]:
    """``5.5.5-10.6.12-MariaDB`` is how old replication protocols spell MariaDB 10.6."""
    parts = version.removeprefix("5.5.5-").split("-")[0].split(".")
    return int(parts[0]), int(parts[1]) if len(parts) > 1 else 0


def _tls(config: MysqlConnection) -> dict[str, Any]:
    if config.ssl_mode == "disabled":
        return {"ssl_disabled": True}
    files = {"ssl_ca": config.ssl_ca, "ssl_cert": config.ssl_cert, "ssl_key": config.ssl_key}
    given = {name: path for name, path in files.items() if path}
    if config.ssl_mode == "preferred":
        return given
    if config.ssl_mode == "required":
        context = ssl.create_default_context(cafile=config.ssl_ca)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if config.ssl_cert:
            context.load_cert_chain(config.ssl_cert, config.ssl_key)
        return {"ssl": context}
    return {**given, "ssl_verify_cert": True, "ssl_verify_identity": config.ssl_mode == "verify_identity"}
