"""The database of ledger and catalog: one engine, short transactions, SQLite or PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from specs.errors import Fatal, HeadraceError, Retry, UsageError
from workers.store.database_errors import translate
from workers.store.private_files import create as private
from workers.store.retries import ANSWER_GRACE_SECONDS, BUSY_SECONDS, STATEMENT_SECONDS, jitter
from workers.store.sqlite_file import sqlite_file

if TYPE_CHECKING:
    from workers.store.deadline import Deadline

_PRAGMAS = (
    f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}",
    "PRAGMA page_size = 8192",  # of a new file: in 4 KB there is room for one table's content, and the rest stays empty
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -1000",  # KB per connection: more was no faster, and memory grew with the estate
)
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class SqlDatabase:
    """One engine and its transactions. ``dialect`` is ``sqlite`` or ``postgresql``; ``where`` names it without secrets.

    Errors of the database are raised as ``Retry`` (busy, collided, connection lost) or ``Fatal`` (disk full, read-only,
    refused); the transaction is rolled back then.
    """

    def __init__(self, engine: Engine, where: str, deadline: Deadline | None = None) -> None:
        self.engine = engine
        self._deadline = deadline
        self.dialect = engine.dialect.name
        self.where = where
        # the one connection of an in-memory database is shared, so that its transactions take turns
        shared = isinstance(engine.pool, StaticPool)
        self._turn: Any = threading.RLock() if shared else nullcontext()

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """A writing transaction: ``BEGIN IMMEDIATE`` on SQLite, so that it never fails half way on a stale read.

        ``durable=False`` spares PostgreSQL the wait for its disk: for changes that a power cut may undo without harm.
        """
        with self._turn, self._told(), self.engine.connect() as conn:
            if self.dialect == "sqlite":
                conn.exec_driver_sql("BEGIN IMMEDIATE")
            elif not durable:
                conn.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield conn
            conn.commit()

    @contextmanager
    def once(self, *, writes: bool = True) -> Iterator[Connection]:
        """For single statements: on PostgreSQL each is a transaction of its own, and one round trip; on SQLite they
        are one transaction, which takes the write lock when it ``writes``."""
        with self._turn, self._told(), self.engine.connect() as conn:
            if self.dialect == "sqlite":
                conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
                yield conn
                conn.commit()
            else:
                yield conn.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction that sees one snapshot; keep it short."""
        with self._turn, self._told(), self.engine.connect() as conn:
            if self.dialect == "sqlite":
                conn.exec_driver_sql("BEGIN")
            else:
                conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield conn
            conn.rollback()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PoolTimeout) as error:
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

    parsed = _parse(url)
    where = parsed.render_as_string(hide_password=True)
    if parsed.drivername == "sqlite":
        _folder(parsed, where, create)
        db = SqlDatabase(_sqlite(parsed), where)
        patience = max(patience, BUSY_SECONDS)
    else:
        from workers.store.deadline import Deadline

        deadline = Deadline(timeout + min(ANSWER_GRACE_SECONDS, timeout))
        db = SqlDatabase(_postgresql(parsed, deadline, timeout), where, deadline)
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


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        driver = _DRIVERS[parsed.get_backend_name()]
    except (ArgumentError, KeyError, NoSuchModuleError):
        known = "write sqlite:///catalog.db or postgresql://user@host/database"
        raise UsageError("the catalog's URL is none that can be used", remedy=known) from None
    return parsed.set(drivername=driver)


def _folder(url: URL, where: str, create: bool) -> None:
    file = sqlite_file(url)
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


def _sqlite(url: URL) -> Engine:
    memory = sqlite_file(url) is None
    arguments: dict[str, Any] = {"poolclass": StaticPool} if memory else {"pool_timeout": BUSY_SECONDS}
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS}, **arguments)

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves: sqlite3 would begin them too late
        for pragma in _PRAGMAS:
            connection.execute(pragma).close()

    event.listen(engine, "connect", prepare)
    return engine


def _postgresql(url: URL, deadline: Deadline, timeout: float) -> Engine:
    lock, statement = int(min(BUSY_SECONDS, timeout) * 1000), int(timeout * 1000)
    options = f"-c lock_timeout={lock} -c statement_timeout={statement} -c timezone=UTC"
    arguments = {
        "connect_timeout": 10,
        "application_name": "headrace",
        "client_encoding": "utf8",
        "options": " ".join(filter(None, [options, str(url.query.get("options") or "")])),
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
    }
    try:
        engine = create_engine(
            url.difference_update_query(["options"]), connect_args=arguments, pool_timeout=BUSY_SECONDS
        )
    except ImportError:
        remedy = "install it: pip install 'headrace[postgres]'"
        raise UsageError("the driver for PostgreSQL catalogs is missing", remedy=remedy) from None

    def connect(_dialect: Any, _record: Any, positional: list[Any], named: dict[str, Any]) -> Any:
        return deadline.connect(*positional, **named)

    event.listen(engine, "do_connect", connect)
    return engine
