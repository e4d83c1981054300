"""Which version the database is of: created when empty, migrated when older, refused when newer."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from specs.errors import UsageError
from workers.store import named_sql

HEAD = "0003"
"""The version that this program reads and writes: the newest of ``versions/``."""
PACKAGES = ("workers.ledger", "workers.catalog", "workers.feed", "workers.schedules", "workers.presence")
"""Rooms that own tables, in the order in which those are created."""
_WORDS = {
    "sqlite": {"serial": "INTEGER PRIMARY KEY", "bytes": "COLLATE BINARY", "long": "INTEGER", "real": "REAL"},
    "postgresql": {
        "serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "bytes": 'COLLATE "C"',
        "long": "BIGINT",
        "real": "DOUBLE PRECISION",
    },
}
OTHER = "name a database of its own with --catalog, or HEADRACE_CATALOG"
_LOCK = 0x68656164  # any number that other programs do not use for their advisory locks


class Migrated(Protocol):
    """What migrating needs of a database; ``workers.store.database.SqlDatabase`` is one."""

    dialect: str
    where: str

    def read(self) -> AbstractContextManager[Connection]: ...

    def write(self) -> AbstractContextManager[Connection]: ...


def ensure(db: Migrated, create: bool) -> None:
    """Bring the database to ``HEAD``. Raises ``UsageError`` for a newer version or a database that is not ours."""
    with db.read() as conn:
        found = stored(conn)
    if found == HEAD:
        return
    _refuse(found, db.where, create)
    with db.write() as conn:
        if db.dialect == "postgresql":
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        found = stored(conn)  # again, under the lock: another process may have been faster
        if found is None:
            _refuse_others(conn, db.where)
            build(conn)
        elif found != HEAD:
            _refuse(found, db.where, create)
            _migrate(conn)


def stored(conn: Connection) -> str | None:
    """The version on record; ``None`` for a database without one."""
    if conn.dialect.name == "sqlite":
        known = conn.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
    else:
        known = conn.exec_driver_sql("SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL")
    if known.first() is None:
        return None
    row = conn.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return str(row[0]) if row else None


def build(conn: Connection) -> None:
    """Create everything at ``HEAD``, from the schema files."""
    create_tables(conn)
    conn.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    conn.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}')")


def create_tables(conn: Connection) -> None:
    for package in PACKAGES:
        for statement in named_sql.schema(package, conn.dialect.name):
            conn.exec_driver_sql(statement.replace("%", "%%") if conn.dialect.name != "sqlite" else statement)


def steps(revision: str, dialect: str) -> list[str]:
    """The statements of ``versions/<revision>_*.sql``, then those of ``<revision>_*.<dialect>.sql`` if there is one.

    ``{serial}`` is a numbered key, ``{bytes}`` orders by bytes; ``{long}`` and ``{real}`` are wide numbers.
    """
    found: list[str] = []
    for path in sorted((Path(__file__).parent / "versions").glob(f"{revision}_*.sql"), key=lambda each: len(each.name)):
        if path.suffixes in ([".sql"], [f".{dialect}", ".sql"]):
            content = re.sub(r"\{(\w+)\}", lambda word: _WORDS[dialect][word[1]], path.read_text("utf-8"))
            found += named_sql.split(content)
    return found


def _refuse(found: str | None, where: str, create: bool) -> None:
    if found is None and not create:
        raise UsageError(
            "this database holds no catalog", where, "run: headrace crawl ..., or name another with --catalog"
        )
    if found and not re.fullmatch(r"\d{4}", found):
        raise UsageError(f"this database belongs to another program (it is of version {found})", where, OTHER)
    if found and found > HEAD:
        remedy = "install the newer headrace, or name another catalog with --catalog"
        raise UsageError(f"the catalog is of version {found}, this program knows up to {HEAD}", where, remedy)


def _refuse_others(conn: Connection, where: str) -> None:
    """Tables of another program that bear names of ours."""
    from sqlalchemy import inspect

    ours = {name for package in PACKAGES for name in tables(named_sql.schema(package, conn.dialect.name))}
    taken = sorted(ours & set(inspect(conn).get_table_names()))
    if taken:
        raise UsageError(f"this database belongs to another program (it has a table {taken[0]})", where, OTHER)


def tables(statements: list[str]) -> list[str]:
    """The names of the tables that these statements create."""
    return re.findall(r"^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", "\n".join(statements), re.MULTILINE)


def _migrate(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
