"""The version of the database: an empty one is created, an older one migrated, a newer one refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Protocol

from specs.errors import UsageError
from workers.store.connection import Connection
from workers.store.migrations.rooms import creation, tables

FIRST = "0001"
"""The oldest version that can be migrated."""
STEPS = Path(__file__).parent / "versions"
"""The steps from one version to the next: ``<version>_<word>.sql``, and more of them for one dialect."""
TABLE = "alembic_version"
"""The table of the version. Alembic made it, and it keeps its name, so that older versions of Headrace recognise the
database too."""
OTHER = "name a database of its own with --catalog, or HEADRACE_CATALOG"
_LOCK = 0x68656164  # any number that other programs do not use for their advisory locks


@cache
def versions() -> tuple[str, ...]:
    """All versions that can be migrated, the oldest first."""
    return FIRST, *sorted({path.name[:4] for path in STEPS.glob("*.sql")})


def head() -> str:
    """The version that this program reads and writes: that of the newest step."""
    return versions()[-1]


class Migrated(Protocol):
    """The methods of a database that a migration needs; ``workers.store.database.SqlDatabase`` has them."""

    dialect: str
    where: str

    def read(self) -> AbstractContextManager[Connection]: ...

    def write(self) -> AbstractContextManager[Connection]: ...


def ensure(db: Migrated, create: bool) -> None:
    """Bring the database to the newest version, in one transaction.

    Raises ``UsageError`` for a newer version, a database that is not ours, and an empty one unless ``create``.
    """
    with db.read() as conn:
        found = stored(conn)
    if found == head():
        return
    _refuse(found, db.where, create)
    with db.write() as conn:
        if db.dialect == "postgresql":
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        found = stored(conn)  # read again under the lock, because another process may have migrated it
        if found is None:
            _refuse_others(conn, db.where)
            build(conn)
        elif found != head():
            _refuse(found, db.where, create)
            _migrate(conn, found)


def stored(conn: Connection) -> str | None:
    """The version of the database; ``None`` for one without a version."""
    if conn.dialect.name == "sqlite":
        known = conn.exec_driver_sql(f"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{TABLE}'")
    else:
        known = conn.exec_driver_sql(f"SELECT 1 WHERE to_regclass('{TABLE}') IS NOT NULL")
    if known.first() is None:
        return None
    row = conn.exec_driver_sql(f"SELECT version_num FROM {TABLE}").first()
    return str(row[0]) if row else None


def build(conn: Connection) -> None:
    """Create all tables at the newest version, from the schema files."""
    _run(conn, creation(conn.dialect.name))
    conn.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    conn.exec_driver_sql(f"INSERT INTO {TABLE} VALUES ('{head()}')")


def _migrate(conn: Connection, found: str) -> None:
    from workers.store.migrations.steps import steps  # hardly any process migrates

    for version in versions():
        if version > found:
            _run(conn, steps(STEPS, version, conn.dialect.name))
    conn.exec_driver_sql(f"UPDATE {TABLE} SET version_num = '{head()}'")


def _run(conn: Connection, statements: Sequence[str]) -> None:
    percent = "%" if conn.dialect.name == "sqlite" else "%%"  # psycopg takes a single one for a parameter
    for statement in statements:
        conn.exec_driver_sql(statement.replace("%", percent))


def _refuse(found: str | None, where: str, create: bool) -> None:
    if found is None and not create:
        raise UsageError(
            "this database holds no catalog", where, "run: headrace crawl ..., or name another with --catalog"
        )
    if found and (not re.fullmatch(r"\d{4}", found) or (found < head() and found not in versions())):
        raise UsageError(f"this database belongs to another program (it is of version {found})", where, OTHER)
    if found and found > head():
        remedy = "install the newer headrace, or name another catalog with --catalog"
        raise UsageError(f"the catalog is of version {found}, this program knows up to {head()}", where, remedy)


def _refuse_others(conn: Connection, where: str) -> None:
    """Check that an empty database has no tables with names of ours. Raises ``UsageError`` when it has."""
    if conn.dialect.name == "sqlite":
        there = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        there = conn.exec_driver_sql("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()")
    taken = sorted(set(tables(creation(conn.dialect.name))) & set(there.scalars()))
    if taken:
        raise UsageError(f"this database belongs to another program (it has a table {taken[0]})", where, OTHER)
