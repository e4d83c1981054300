"""The table with 400 columns, of cycling types; written by a loop, since nobody would read it."""

from __future__ import annotations

COLUMNS = 400

_TYPES = {
    "postgres": ("integer", "text", "numeric(12,3)", "timestamptz", "boolean", "double precision[]", "jsonb", "date"),
    "mariadb": ("int", "tinytext", "decimal(12,3)", "datetime(3)", "boolean", "double", "tinyblob", "date"),
    "sqlite": ("INTEGER", "TEXT", "NUMERIC", "TIMESTAMP", "BOOLEAN", "REAL", "BLOB", "DATE"),
    "duckdb": ("INTEGER", "VARCHAR", "DECIMAL(12,3)", "TIMESTAMPTZ", "BOOLEAN", "DOUBLE[]", "JSON", "DATE"),
}


def create(dialect: str, table: str) -> str:
    """The ``CREATE TABLE`` statement of the wide table: ``m_001`` to ``m_400``."""
    types = _TYPES[dialect]
    columns = ", ".join(f"m_{n:03d} {types[n % len(types)]}" for n in range(1, COLUMNS + 1))
    return f"CREATE TABLE {table} ({columns})"
