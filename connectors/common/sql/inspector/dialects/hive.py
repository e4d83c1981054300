"""Hive and Spark: their dialect takes the schema for the table's name on Spark, and turns nested types into text.

``DESCRIBE FORMATTED`` tells columns, partitions, comment, kind, location and the text of a view in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import exc, types

from connectors.common.sql.inspector.driver import InspectorDriver, literal
from connectors.common.sql.slices import Facet, Listed
from specs.entities.database.tables import Table, TableType

_LOST = ("pk_constraint", "unique_constraints", "foreign_keys", "indexes", "check_constraints", "table_comment")
"""Facets that the dialect has nothing to say to."""


class HiveCatalog:
    """Lists and describes what lies in a schema; ``schema`` gives a schema of ours as the dialect spells it."""

    without = frozenset({*_LOST, "definition"})

    def __init__(self, driver: InspectorDriver, schema: Callable[[str], str | None]) -> None:
        self.driver, self.schema = driver, schema

    def relations(self, schema: str) -> list[tuple[str, str]]:
        """``(kind, name)``. Spark puts the schema before the name, and names temporary views without one."""
        place = _quoted(self.schema(schema) or schema)
        found = [("table", name) for name in self._names(f"SHOW TABLES IN {place}")]
        try:
            found += [("view", name) for name in self._names(f"SHOW VIEWS IN {place}")]
        except exc.DBAPIError as error:
            if self.driver.classify(error).reason != "error":  # Hive before 2.2 does not know it; see ``completed``
                raise
        return found

    def _names(self, statement: str) -> Iterator[str]:
        for row in self.driver.execute(literal(statement)):
            if len(row) < 2 or row[0]:
                yield str(row[1] if len(row) > 1 else row[0])

    def facets(self) -> list[Facet]:
        return [Facet("columns", self.columns)]

    def columns(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, Any, tuple[str, ...]]]:
        for each in listed:
            place = f"{_quoted(self.schema(each.schema) or each.schema)}.{_quoted(each.name)}"
            rows = self.driver.execute(literal(f"DESCRIBE FORMATTED {place}"))
            yield each.id, described(rows), ()

    def completed(self, table: Table, told: dict[str, Any]) -> Table:
        """``table`` with what the description tells of it as a whole."""
        said = told["columns"][0]["table"] if told["columns"] else {}
        view = said.get("view expanded text") or said.get("view text") or said.get("view original text")
        kind = said.get("type") or said.get("table type") or ""
        names = ("provider", "location", "partition columns")
        return table.model_copy(
            update={
                "table_type": TableType.VIEW if "VIEW" in kind.upper() else table.table_type,
                "comment": said.get("comment") or table.comment,
                "view_definition": view or table.view_definition,
                "properties": {
                    **table.properties,
                    **{name.replace(" ", "_"): said[name] for name in names if said.get(name)},
                },
            }
        )


def described(rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """The columns of a description as an inspector tells them; the first one carries what is told of the table."""
    columns: dict[str, dict[str, Any]] = {}
    about: dict[str, str] = {}
    partitions: list[str] = []
    section = "columns"
    for name, value, comment in ([str(each or "").strip() for each in row[:3]] for row in rows):
        if name.startswith("#"):
            title = name.lstrip("# ").lower()
            section = section if title == "col_name" else "partitions" if "partition" in title else "table"
        elif section == "table":
            key, told = (name, value) if name else (value, comment)
            if key:
                about.setdefault(key.rstrip(": ").lower(), told)
        elif name and value:
            columns.setdefault(
                name, {"name": name, "type": types.NullType(), "native": value, "comment": comment or None}
            )
            if section == "partitions":
                partitions.append(name)
    found = list(columns.values())
    if found:
        found[0]["table"] = about | ({"partition columns": ", ".join(partitions)} if partitions else {})
    return found


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
