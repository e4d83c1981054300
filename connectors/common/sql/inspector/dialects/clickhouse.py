"""Facts of ClickHouse's catalog that its dialects leave out: texts of views, defaults, generated columns, keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, text

from connectors.common.sql.inspector.driver import InspectorDriver
from connectors.common.sql.slices import Facet, Listed
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.indexes import Index
from specs.entities.database.tables import Column, Table, TableType
from specs.sql_files import load

_TYPES = {"View": TableType.VIEW, "WindowView": TableType.VIEW, "MaterializedView": TableType.MATERIALIZED}
_PARTS = {"engine": "engine_full", "sorting_key": "sorting_key", "partition_key": "partition_key"}


class ClickHouseCatalog:
    """Further facets; ``schema`` gives a schema of ours as the dialect spells it."""

    without = frozenset({"definition"})

    def __init__(self, driver: InspectorDriver, schema: Callable[[str], str | None]) -> None:
        self.driver, self.schema = driver, schema

    def relations(self, schema: str) -> None:
        """The inspector lists them."""

    def facets(self) -> list[Facet]:
        return [
            Facet("clickhouse", self.tables), Facet("clickhouse_columns", self.columns),
            Facet("clickhouse_indexes", self.indexes),
        ]  # fmt: skip

    def tables(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, Any]]:
        for id_, row in self._rows("clickhouse_tables", listed):
            engine, engine_full, as_select, sorting, primary, partition = row
            yield id_, {
                "engine": engine, "engine_full": engine_full, "as_select": as_select, "sorting_key": sorting,
                "primary_key": primary, "partition_key": partition,
            }  # fmt: skip

    def columns(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, Any]]:
        found: dict[Any, dict[str, tuple[str, str]]] = {}
        for id_, (name, kind, expression) in self._rows("clickhouse_columns", listed):
            found.setdefault(id_, {})[str(name)] = (str(kind), str(expression))
        yield from found.items()

    def indexes(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, Any]]:
        found: dict[Any, list[tuple[str, str, str]]] = {}
        for id_, (name, kind, expression) in self._rows("clickhouse_indexes", listed):
            found.setdefault(id_, []).append((str(name), str(kind), str(expression)))
        yield from found.items()

    def _rows(self, query: str, listed: Sequence[Listed]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
        by_schema: dict[str, list[str]] = {}
        for each in listed:
            by_schema.setdefault(each.schema, []).append(each.name)
        statement = text(load("connectors.common.sql.inspector")[query]).bindparams(bindparam("names", expanding=True))
        for schema, names in by_schema.items():
            for name, *row in self.driver.execute(statement, {"schema": self.schema(schema), "names": names}):
                yield (schema, str(name)), tuple(row)

    def completed(self, table: Table, told: dict[str, Any]) -> Table:
        """``table`` with what the facets told."""
        said, defaults = told.get("clickhouse"), told.get("clickhouse_columns") or {}
        if said is None:
            return table
        key = tuple(each.strip(" `") for each in said["primary_key"].split(",") if each.strip())
        names = {column.name for column in table.columns}
        primary = (Constraint(kind=ConstraintKind.PRIMARY_KEY, columns=key),) if key and set(key) <= names else ()
        kept = tuple(each for each in table.constraints if each.kind != ConstraintKind.PRIMARY_KEY)
        skipping = tuple(
            Index(name=name, columns=(expression,), method=kind)
            for name, kind, expression in told.get("clickhouse_indexes") or ()
        )
        properties = {name: said[column] for name, column in _PARTS.items() if said[column]}
        return table.model_copy(
            update={
                "table_type": _TYPES.get(said["engine"], table.table_type),
                "columns": tuple(_column(each, *defaults.get(each.name, ("", ""))) for each in table.columns),
                "constraints": (*kept, *primary),
                "indexes": (*table.indexes, *skipping),
                "view_definition": said["as_select"] or table.view_definition,
                "properties": {**table.properties, **properties},
            }
        )


def _column(column: Column, kind: str, expression: str) -> Column:
    if kind == "DEFAULT":
        return column.model_copy(update={"default": expression})
    if kind in ("MATERIALIZED", "ALIAS"):
        return column.model_copy(
            update={"generated": expression, "generated_kind": "stored" if kind == "MATERIALIZED" else "virtual"}
        )
    return column
