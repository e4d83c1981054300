"""The database of ledger and catalog: one engine, short transactions, SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Self, cast

from specs.errors import Fatal, HeadraceError, Retry, UsageError
from workers.store.connection import Connection
from workers.store.database_errors import translate
from workers.store.private_files import create as private
from workers.store.retries import ANSWER_GRACE_SECONDS, BUSY_SECONDS, STATEMENT_SECONDS, jitter
from workers.store.sqlite.address import SqliteAddress, address
from workers.store.sqlite.pool import SqlitePool, SqliteSession

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from workers.store.postgresql.deadline import Deadline


class SqlDatabase:
    """One engine and its transactions. ``dialect`` is ``sqlite`` or ``postgresql``; ``where`` names it without secrets.

    Errors of the database are raised as ``Retry`` (busy, collided, connection lost) or ``Fatal`` (disk full, read-only,
    refused); the transaction is rolled back then.
    """

    def __init__(self, engine: SqlitePool | Engine, where: str, deadline: Deadline | None = None) -> None:
        self.engine = engine
        self._deadline = deadline
        self.dialect = engine.dialect.name
        self.where = where
        self._turn: Any = nullcontext()
        self._errors: tuple[type[Exception], ...] = (sqlite3.Error,)
        if not isinstance(engine, SqlitePool):
            from sqlalchemy import exc  # loading it takes longer than a small crawl into a file

            self._errors = (exc.DBAPIError, exc.TimeoutError)
        elif engine.shared:  # the one connection of an in-memory database: its transactions take turns
            self._turn = threading.RLock()

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """A writing transaction: ``BEGIN IMMEDIATE`` on SQLite, so that it never fails half way on a stale read.

        ``durable=False`` spares PostgreSQL the wait for its disk: for changes that a power cut may undo without harm.
        """
        with self._turn, self._told(), self.engine.connect() as conn:
            if isinstance(conn, SqliteSession):
                conn.exec_driver_sql("BEGIN IMMEDIATE")
            elif not durable:
                conn.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield cast(Connection, conn)
            conn.commit()

    @contextmanager
    def once(self, *, writes: bool = True) -> Iterator[Connection]:
        """For single statements: on PostgreSQL each is a transaction of its own, and one round trip; on SQLite they
        are one transaction, which takes the write lock when it ``writes``."""
        with self._turn, self._told(), self.engine.connect() as conn:
            if isinstance(conn, SqliteSession):
                conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
                yield conn
                conn.commit()
            else:
                yield cast(Connection, conn.execution_options(isolation_level="AUTOCOMMIT"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction that sees one snapshot; keep it short."""
        with self._turn, self._told(), self.engine.connect() as conn:
            if isinstance(conn, SqliteSession):
                conn.exec_driver_sql("BEGIN")
            else:
                conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield cast(Connection, conn)
            conn.rollback()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            told = translate(error, self.where)
            if told is None:
                raise
            raise told from None

    def close(self) -> None:
        """Close all connections. May be called twice."""
        self.engine.dispose()
        if self._deadline is not None:
            self._deadline.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(
    url: str, *, create: bool = True, patience: float = 0.0, timeout: float = STATEMENT_SECONDS
) -> SqlDatabase:  # fmt: skip
    """Open, create or migrate the database at ``url``: ``sqlite:///file``, ``sqlite://`` (memory), ``postgresql://``.

    ``patience``: seconds to wait for a server that is out of reach; ``timeout``: seconds that a statement may take on
    a server; a connection without an answer is cut a little later. A file is tried for ``BUSY_SECONDS`` at least,
    because SQLite does not wait for another process that makes the same file: it calls it locked at once.

    Raises ``UsageError`` for a URL that names no database of ours, a missing one (unless ``create``) or one written by
    a newer version; ``Fatal`` when it cannot be reached, read or written.
    """
    from workers.store.migrations.version import ensure

    found = address(url)
    if found is not None:
        _folder(found, create)
        db = SqlDatabase(SqlitePool(found), str(found))
        patience = max(patience, BUSY_SECONDS)
    else:
        db = _server(url, timeout)
    end, attempt = time.monotonic() + patience, 0
    while True:
        try:
            ensure(db, create)
            return db
        except Retry as error:
            attempt += 1
            if time.monotonic() < end:
                time.sleep(jitter(attempt, base=0.05, cap=1.0))
                continue
            db.close()
            raise Fatal(error.what, error.where, error.remedy, reason="catalog") from None
        except BaseException as error:
            db.close()
            if isinstance(error, HeadraceError) and not isinstance(error, Fatal):
                raise Fatal(error.what, error.where, error.remedy, reason="catalog") from None
            raise


def _server(url: str, timeout: float) -> SqlDatabase:
    from workers.store.postgresql import engine as postgresql
    from workers.store.postgresql.deadline import Deadline

    parsed = postgresql.address(url)
    if parsed is None:
        known = "write sqlite:///catalog.db or postgresql://user@host/database"
        raise UsageError("the catalog's URL is none that can be used", remedy=known)
    deadline = Deadline(timeout + min(ANSWER_GRACE_SECONDS, timeout))
    engine = postgresql.engine(parsed, deadline, timeout)
    return SqlDatabase(engine, parsed.render_as_string(hide_password=True), deadline)


def _folder(url: SqliteAddress, create: bool) -> None:
    file, where = url.file, str(url)
    if file is None:
        return
    if create and url.query.get("mode") not in ("ro", "rw"):  # these two never create anything
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"the catalog's folder cannot be made: {error.strerror}"
            raise Fatal(what, where, "choose another", reason="catalog") from None
        with suppress(OSError):  # SQLite reports errors better; its other files get the permissions of this one
            private(file)
    elif not file.exists():
        raise UsageError(
            "there is no catalog here yet", where, "run: headrace crawl ..., or name another with --catalog"
        )
    if file.is_dir():
        raise UsageError("the catalog is a folder, not a file", where, "name a file with --catalog")
