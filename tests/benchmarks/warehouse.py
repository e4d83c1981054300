"""Builds warehouses of any size on PostgreSQL: ``python -m tests.benchmarks.warehouse URL SCHEMAS TABLES``.

Each schema holds ``tables`` tables of 20 columns and a tenth as many views, and a function. Every table has a primary
key, a second index, a comment and comments on a quarter of its columns; every third one a foreign key.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import psycopg

COLUMNS = 20
_TYPES = (
    "integer",
    "text",
    "numeric(12,2)",
    "timestamptz",
    "boolean",
    "varchar(80)",
    "jsonb",
    "date",
    "double precision",
)


def objects(schemas: int, tables: int) -> int:
    """Tables and views of a warehouse."""
    return schemas * (tables + tables // 10)


def build(url: str, schemas: int, tables: int) -> None:
    """Fill an empty database; one transaction per schema, statistics up to date afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(schemas):
            connection.execute("BEGIN;" + ";".join(_schema(f"wh_{number:04d}", tables)) + ";COMMIT")
        connection.execute("ANALYZE")
        connection.execute("VACUUM ANALYZE pg_catalog.pg_attribute, pg_catalog.pg_class, pg_catalog.pg_description")


def _schema(schema: str, tables: int) -> Iterator[str]:
    yield f"CREATE SCHEMA {schema}"
    yield f"COMMENT ON SCHEMA {schema} IS 'Part {schema} of the warehouse'"
    for number in range(tables):
        yield from _table(schema, number)
    for number in range(tables // 10):
        columns = ", ".join(f"a.c_{n:02d}" for n in range(1, COLUMNS - 5))
        yield (
            f"CREATE VIEW {schema}.report_{number:05d} AS SELECT a.id, {columns}, b.c_01 AS other, 1 AS n"
            f" FROM {schema}.fact_{number:05d} a LEFT JOIN {schema}.fact_{number + 1:05d} b ON b.id = a.id"
            f" WHERE a.c_01 IS NOT NULL"
        )
        yield f"COMMENT ON VIEW {schema}.report_{number:05d} IS 'Report {number}'"
    yield (
        f"CREATE FUNCTION {schema}.rows_of(name text, since date DEFAULT CURRENT_DATE) RETURNS bigint LANGUAGE sql"
        f" AS $$ SELECT count(*) FROM {schema}.fact_00000 $$"
    )


def _table(schema: str, number: int) -> Iterator[str]:
    name = f"{schema}.fact_{number:05d}"
    columns = ["id bigint PRIMARY KEY"]  # no identity: its sequence would be one more object
    for n in range(1, COLUMNS):
        extra = " NOT NULL" if n % 4 == 0 else " DEFAULT now()" if n % len(_TYPES) == 3 else ""
        columns.append(f"c_{n:02d} {_TYPES[n % len(_TYPES)]}{extra}")
    if number % 3 == 0 and number:
        columns.append(f"CONSTRAINT fk_{number:05d} FOREIGN KEY (id) REFERENCES {schema}.fact_{number - 1:05d}")
    yield f"CREATE TABLE {name} ({', '.join(columns)})"
    yield f"CREATE INDEX ON {name} (c_03, c_04 DESC)"
    yield f"COMMENT ON TABLE {name} IS 'Facts number {number} of {schema}, loaded every night from the source system'"
    for n in range(1, COLUMNS, 4):
        yield f"COMMENT ON COLUMN {name}.c_{n:02d} IS 'What c_{n:02d} means in table {number}'"


if __name__ == "__main__":
    build(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
