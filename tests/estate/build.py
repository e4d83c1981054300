"""Builds the sample estate, an online shop, in every flavour: ``python -m tests.estate.build FLAVOUR URL-OR-PATH``.

Each builder expects nothing there and takes about a second. Nothing here needs pytest.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from tests.estate import wide

HERE = Path(__file__).parent


def scripts(flavour: str) -> list[str]:
    """The SQL scripts of a flavour, in order."""
    return [path.read_text(encoding="utf-8") for path in sorted((HERE / flavour).glob("*.sql"))]


def build_postgres(url: str) -> None:
    """Fill an empty PostgreSQL database (13 or newer); needs the rights of its owner and of a superuser."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for script in scripts("postgres"):
            connection.execute("BEGIN;" + script + ";COMMIT")
            connection.execute("SET search_path = public")
        connection.execute(wide.create("postgres", "ops.wide_metrics"))
        connection.execute("COMMENT ON TABLE ops.wide_metrics IS 'Four hundred columns'")
        connection.execute("ANALYZE")


MARIADB_SCHEMAS = ("shop_catalog", "shop_sales", "shop_ops")


def build_mariadb(url: str, prefix: str = "shop_") -> list[str]:
    """Create the shop's three databases on a MariaDB server, replacing older ones; returns their names.

    ``prefix`` replaces ``shop_`` in their names, for several shops on one server.
    """
    from tests.servers.mariadb import connect

    schemas = [name.replace("shop_", prefix, 1) for name in MARIADB_SCHEMAS]
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        for schema in schemas:
            cursor.execute(f"DROP DATABASE IF EXISTS `{schema}`")
        cursor.execute("SET foreign_key_checks = 1")
        for script in scripts("mariadb"):
            for statement in statements(script.replace("shop_", prefix)):
                cursor.execute(statement)
        cursor.execute(wide.create("mariadb", f"{prefix}ops.wide_metrics"))
        cursor.execute(f"ANALYZE TABLE {prefix}catalog.products, {prefix}sales.customers")
        cursor.fetchall()
    return schemas


def statements(script: str, delimiter: str = ";;") -> list[str]:
    """Cut a script at lines that end with ``delimiter``, so that routine bodies may hold semicolons."""
    return [part.strip() for part in script.split(delimiter + "\n") if part.strip()]


def build_sqlite(path: Path) -> Path:
    """Write the shop as a new SQLite file."""
    connection = sqlite3.connect(path)
    try:
        for script in scripts("sqlite"):
            connection.executescript(script)
        connection.execute(wide.create("sqlite", "wide_metrics"))
        connection.execute("ANALYZE")
        connection.commit()
    finally:
        connection.close()
    return path


def build_duckdb(path: Path) -> Path:
    """Write the shop as a new DuckDB file, with three schemas."""
    import duckdb

    with duckdb.connect(str(path)) as connection:
        for script in scripts("duckdb"):
            connection.execute(script)
        connection.execute(wide.create("duckdb", "ops.wide_metrics"))
    return path


def main(flavour: str, target: str) -> None:
    if flavour in ("postgres", "mariadb"):
        {"postgres": build_postgres, "mariadb": build_mariadb}[flavour](target)  # type: ignore[operator]
    else:
        {"sqlite": build_sqlite, "duckdb": build_duckdb}[flavour](Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:])
