"""Reads a DuckDB file through its catalog functions. The database is called as DuckDB calls it: the file's stem."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import duckdb

from connectors.common.sql.sliced_source import GIVEN, SlicedSource, routine_rule
from connectors.common.sql.slices import Facet, Listed, weigh
from connectors.duckdb import build
from connectors.duckdb.driver.driver import DuckdbDriver
from connectors.duckdb.driver.statements import EXPRESSION, TWO, Q
from connectors.duckdb.facets import described
from specs.entities.base import Entity
from specs.entities.database.routines import StoredProcedure
from specs.entities.database.tables import Sequence as SequenceEntity
from specs.entities.database.tables import UserType
from specs.errors import Skip
from specs.sources.base import Presence, Step
from specs.sources.database.metadata import identity
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope

_LISTINGS = {"Table": "table", "Sequence": "sequence", "UserType": "type", "StoredProcedure": "stored_procedure"}


class DuckdbSource(SlicedSource):
    service_type = "duckdb"
    leaves = frozenset({"table", "sequence", "type", "stored_procedure"})
    driver: DuckdbDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config: Any = self.config
        self.driver = DuckdbDriver(config.path, self.limits, self._sent)

    def _sent(self) -> None:
        self.statements += 1

    def version(self) -> str | None:
        return str(self._query("version")[0][0]).removeprefix("v")

    def identity(self) -> str:
        self._query("database")
        return f"duckdb:{platform.node()}:{self.driver.path.resolve()}"

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        name, comment = self._query("database")[0]
        yield from self.one_database(scope, span, name, {"comment": comment} if comment else {})

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        rows = self._query("schemas")
        found = [(name, {"comment": comment} if comment else {}, count) for name, comment, count in rows]
        return self.schema_items(scope, span, found)

    # -- listings -------------------------------------------------------------------------------------------------
    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        make = {
            "table": ("relations", self._relation),
            "sequence": ("sequences", self._sequence),
            "type": ("types", self._type),
            "stored_procedure": ("macros", self._macro),
        }
        query, read = make[node]
        rows = self.driver.query(Q[query], {"schemas": list(schemas)})
        if node == "type":
            natives = described.types(self.driver, [row[:2] for row in rows])
            rows = [(*row, natives.get(row[:2])) for row in rows]
        order = {schema: at for at, schema in enumerate(schemas)}
        return sorted(map(read, rows), key=lambda each: (order[each.schema], each.key))

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
            data = {}  # whose it is cannot be told
        return Listed(schema, key, key, (schema, key), routine_rule(self.extract, name, key), data=data)

    # -- facets and entities --------------------------------------------------------------------------------------
    def facet_list(self, node: str) -> Sequence[Facet]:
        if node != "table":
            return (GIVEN,)

        def tables(listed: Listed) -> bool:
            return bool(listed.data != "view")

        found = [
            Facet("objects", self._facet("objects")),
            Facet("columns", self._facet("columns")),
            Facet("constraints", self._facet("constraints"), tables),
            Facet("indexes", self._facet("indexes"), tables),
            Facet("described", lambda listed: described.views(self.driver, listed), lambda each: each.data == "view"),
        ]
        return [*found, Facet("triggers", self._facet("triggers"), tables)] if TWO else found

    def _facet(self, name: str) -> Callable[[Sequence[Listed]], Iterable[tuple[Any, ...]]]:
        sql = Q[name].replace("$generated", EXPRESSION)
        return lambda listed: self.driver.query(sql, {"ids": [each.id for each in listed]})

    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return build.table(item.data, scope, keep_ddl=self.extract.ddl)

    def yield_sequence(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield SequenceEntity(**identity(scope), **item.data.listed.data)

    def yield_type(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield UserType(**identity(scope), **item.data.listed.data)

    def yield_stored_procedure(self, item: Item, scope: Scope) -> Iterable[Entity]:
        if not item.data.listed.data:
            what = "several schemas have the last name of this one, and DuckDB does not say whose the macro is"
            raise Skip(what, scope.fqn, "give the schemas different names", reason="ambiguous")
        yield StoredProcedure(**identity(scope), **item.data.listed.data)

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        database = self._query("database")[0][0]
        if scope.path[1:2] not in ((), (database,)):
            return dict.fromkeys(names, "no")
        if type_ == "Database":
            found = {database}
        elif type_ == "Schema":
            found = {row[0] for row in self._query("schemas")}
        elif type_ == "Trigger":
            found = self._triggers(scope)
        elif type_ in _LISTINGS:
            base, span = Scope(scope.path[:-1]), KeyRange()
            found = {each.name for each in self._within(_LISTINGS[type_], base, [scope.name], span)}
        else:
            return {}
        return {name: "yes" if name in found else "no" for name in names}

    def _triggers(self, table: Scope) -> set[str]:
        if not TWO:
            return set()
        base = Scope(table.path[:-2])
        ids = [each.id for each in self._within("table", base, [table.path[-2]], KeyRange()) if each.name == table.name]
        return {row[1] for row in self._query("triggers", ids=ids)}

    # -- the connection -------------------------------------------------------------------------------------------
    def check(self) -> Iterator[Step]:
        def relations() -> list[tuple[Any, ...]]:
            return self._query("relations", schemas=[row[0] for row in self._query("schemas")])

        def columns() -> str:
            ids = [row[2] for row in relations()[:10]]
            sql = Q["columns"].replace("$generated", EXPRESSION)
            return f"{len(self.driver.query(sql, {'ids': ids}))} columns of {len(ids)} tables and views"

        return self.steps([
            ("open the file", lambda: f"{self._query('database')[0][0]}, {self.config.endpoint()}"),
            ("identify the server", lambda: f"DuckDB {self.version()}, {self.identity()}"),
            ("list schemas", lambda: f"{len(self._query('schemas'))} found"),
            ("list tables and views", lambda: f"{len(relations())} found"),
            ("read columns", columns),
        ])  # fmt: skip

    def cancel(self) -> None:
        self.driver.cancel()

    def close(self) -> None:
        super().close()
        self.driver.close()

    def _query(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        try:
            return self.driver.query(Q[name], parameters or None)
        except duckdb.Error as error:
            raise self.driver.classify(error) from error
