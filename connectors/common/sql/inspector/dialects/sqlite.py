"""SQLite, through any driver: unique keys and indexes that the dialect does not find.

It looks for unique keys in the text of a table by a pattern that the length of a type or a default defeats, and leaves
out indexes over expressions; the database itself names all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, text

from connectors.common.sql.ddl import index_parts
from connectors.common.sql.inspector.driver import InspectorDriver, literal
from connectors.common.sql.slices import Facet, Listed
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.indexes import Index
from specs.entities.database.tables import Table
from specs.sql_files import load


class SqliteCatalog:
    """One more facet; ``schema`` gives a schema of ours as the dialect spells it."""

    without: frozenset[str] = frozenset()

    def __init__(self, driver: InspectorDriver, schema: Callable[[str], str | None]) -> None:
        self.driver, self.schema = driver, schema

    def relations(self, schema: str) -> None:
        """The inspector lists them."""

    def facets(self) -> list[Facet]:
        return [Facet("sqlite", self.indexes, lambda listed: listed.data == "table")]

    def indexes(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, Any]]:
        """The statements of indexes, and the columns of unique keys: those of one listing have one schema."""
        statement = text(load("connectors.common.sql.inspector")["sqlite_indexes"]).bindparams(
            bindparam("names", expanding=True)
        )
        created: dict[str, list[tuple[str, str]]] = {}
        for table, name, sql in self.driver.execute(statement, {"names": [each.name for each in listed]}):
            created.setdefault(str(table), []).append((str(name), str(sql)))
        for each in listed:
            unique = [
                tuple(str(row[2]) for row in self._pragma("index_info", str(name)))
                for _, name, _, origin, *_ in self._pragma("index_list", each.name)
                if origin == "u"
            ]
            yield each.id, (created.get(each.name, []), unique)

    def _pragma(self, name: str, argument: str) -> list[tuple[Any, ...]]:
        quoted = argument.replace('"', '""')
        return self.driver.execute(literal(f'PRAGMA {name}("{quoted}")'))

    def completed(self, table: Table, told: dict[str, Any]) -> Table:
        """``table`` with what the dialect did not find."""
        created, unique = told.get("sqlite") or ([], [])
        names = {each.name for each in table.indexes}
        keys = {each.columns for each in table.constraints if each.kind == ConstraintKind.UNIQUE}
        indexes = tuple(_index(name, sql) for name, sql in created if name not in names)
        constraints = tuple(
            Constraint(kind=ConstraintKind.UNIQUE, columns=columns) for columns in unique if columns not in keys
        )
        return table.model_copy(
            update={"indexes": (*table.indexes, *indexes), "constraints": (*table.constraints, *constraints)}
        )


def _index(name: str, sql: str) -> Index:
    columns, predicate = index_parts(sql)
    return Index(
        name=name, columns=tuple(columns), unique="UNIQUE" in sql.upper().split("ON", 1)[0], predicate=predicate
    )
