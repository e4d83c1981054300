"""Where unqualified names of a log's statements lead: the database and the schema of a session."""

from __future__ import annotations

from collections.abc import Collection, Mapping

SCHEMAS: Mapping[str, str] = {
    "postgres": "public",
    "postgresql": "public",
    "redshift": "public",
    "sqlite": "main",
    "duckdb": "main",
    "mssql": "dbo",
    "snowflake": "PUBLIC",
}
"""The schema in which a product looks for a name without one."""


class SessionPlaces:
    """Completes what a log says of a session. ``databases`` are those of the catalog. What products with one level
    (MySQL, ClickHouse) call a database is a schema there."""

    def __init__(self, product: str, databases: Collection[str], default_schema: str) -> None:
        self._databases = databases
        self._only = next(iter(databases)) if len(databases) == 1 else ""
        self._one_level = product not in SCHEMAS
        self._schema = default_schema or SCHEMAS.get(product, "")

    def of(self, logged: str) -> tuple[str, str]:
        """The database and the schema of a session in the database that its log names."""
        if logged in self._databases:
            return logged, self._schema
        return self._only, logged if self._one_level and logged else self._schema
