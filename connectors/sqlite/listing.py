"""What a file lists: its one database and schema, both called ``main``, and the tables and views in it."""

from __future__ import annotations

import sqlite3
from typing import Any

from connectors.common.sql.slices import Listed, weigh
from connectors.sqlite.driver import SqliteDriver
from specs.config import MetadataExtract
from specs.sql_files import load

MAIN = "main"
"""The database and the schema, as SQLite itself calls them."""
_STATISTICS = "sqlite_stat1"
"""Where ANALYZE leaves its counts; the listing tells whether it is there."""


class SqliteListing:
    """Lists over ``driver``. ``statistics``: the last listing has seen counts of ANALYZE."""

    def __init__(self, driver: SqliteDriver, extract: MetadataExtract) -> None:
        self.driver, self.extract = driver, extract
        self.statistics = False

    def rows(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement of ``queries.sql``. Raises ``HeadraceError``, classified."""
        try:
            return self.driver.query(load("connectors.sqlite")[name], **parameters)
        except sqlite3.Error as error:
            raise self.driver.classify(error) from error

    def relations(self) -> list[Listed]:
        """Tables and views by name. Raises ``HeadraceError``, classified."""
        found = []
        rows = sorted(self.rows("names", system=self.extract.system_schemas))
        self.statistics = any(row[0] == _STATISTICS for row in rows)
        for name, kind, relation, columns, length in rows:
            if name == _STATISTICS and not self.extract.system_schemas:
                continue
            rule = self.extract.rule("views" if kind == "view" else "tables", name)
            found.append(Listed(MAIN, name, name, name, rule, columns + weigh(length), relation))
        return found
