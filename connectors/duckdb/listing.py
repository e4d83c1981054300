"""What a file lists: its one database, its schemas, and the names in them, each with the rule that drops it.

Sequences, types and macros are few and small, so that their listing reads them whole, into ``Listed.data``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from connectors.common.sql.sliced_source import routine_rule
from connectors.common.sql.slices import Listed, weigh
from connectors.duckdb import build
from connectors.duckdb.driver.driver import DuckdbDriver
from connectors.duckdb.driver.statements import TWO, Q
from connectors.duckdb.facets import described
from specs.config import MetadataExtract


class DuckdbListing:
    """Lists over ``driver``, one statement for each kind of object."""

    def __init__(self, driver: DuckdbDriver, extract: MetadataExtract) -> None:
        self.driver, self.extract = driver, extract

    def rows(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement of ``queries.sql``. Raises ``HeadraceError``, classified."""
        try:
            return self.driver.query(Q[name], parameters or None)
        except duckdb.Error as error:
            raise self.driver.classify(error) from error

    def database(self) -> tuple[str, str | None]:
        """Name and comment of the database, which DuckDB calls by the file's stem."""
        name, comment = self.rows("database")[0]
        return name, comment

    def schemas(self) -> list[tuple[str, dict[str, Any], int]]:
        """``(name, fields, number of tables)``."""
        rows = self.rows("schemas")
        return [(name, {"comment": comment} if comment else {}, count) for name, comment, count in rows]

    def below(self, node: str, schemas: Sequence[str]) -> list[Listed]:
        """The names of a leaf node, schema by schema as given, then by key. Raises ``HeadraceError``, classified."""
        make = {
            "table": ("relations", self._relation),
            "sequence": ("sequences", self._sequence),
            "type": ("types", self._type),
            "stored_procedure": ("macros", self._macro),
        }
        query, read = make[node]
        rows = self.rows(query, schemas=list(schemas))
        if node == "type":
            natives = self._natives([row[:2] for row in rows])
            rows = [(*row, natives.get(row[:2])) for row in rows]
        order = {schema: at for at, schema in enumerate(schemas)}
        return sorted(map(read, rows), key=lambda each: (order[each.schema], each.key))

    def _natives(self, named: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        try:
            return described.types(self.driver, named)
        except duckdb.Error as error:
            raise self.driver.classify(error) from error

    def _relation(self, row: tuple[Any, ...]) -> Listed:
        schema, name, oid, kind, columns, length = row
        rule = self.extract.rule("views" if kind == "view" else "tables", name)
        return Listed(schema, name, name, oid, rule, columns + weigh(length), kind)

    def _sequence(self, row: tuple[Any, ...]) -> Listed:
        schema, name, comment, increment, minimum, maximum, cycle, last = row
        data = {
            "comment": comment, "native_type": "BIGINT", "increment": increment, "minimum": minimum,
            "maximum": maximum, "cycle": cycle, "last_value": last,
        }  # fmt: skip
        return Listed(schema, name, name, (schema, name), data=data)

    def _type(self, row: tuple[Any, ...]) -> Listed:
        schema, name, comment, logical, labels, native = row
        data = {"comment": comment, **build.user_type(logical, labels, native)}
        return Listed(schema, name, name, (schema, name), data=data)

    def _macro(self, row: tuple[Any, ...]) -> Listed:
        schema, name, comment, kind, parameters, types, definition, owners = row
        arguments = build.macro(parameters, types)
        words = [each.name or "" if each.native_type == "ANY" else each.native_type for each in arguments]
        key = f"{name}({', '.join(words)})"
        data = {
            "comment": comment, "kind": "macro", "language": "sql", "arguments": arguments, "code": definition,
            "returns": "TABLE" if kind == "table_macro" else None, "display_name": name,
        }  # fmt: skip
        if owners > 1:
            data = {}  # the catalog does not say which of these schemas the macro is in
        return Listed(schema, key, key, (schema, key), routine_rule(self.extract, name, key), data=data)

    def triggers(self, schema: str, table: str) -> set[str]:
        """The names of a table's triggers."""
        if not TWO:
            return set()
        ids = [each.id for each in self.below("table", [schema]) if each.name == table]
        return {row[1] for row in self.rows("triggers", ids=ids)}
