"""Reads whatever SQLAlchemy's inspector can see, slice by slice, through ``Inspector.get_multi_*``.

What it cannot tell is left out: procedures, triggers, partitions, statistics. Dialects that have no ``get_multi_*`` of
their own send statements per table; definitions of views always cost one each.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import DBAPIError, NoSuchTableError, UnreflectableTableError

from connectors.common.sliced import GIVEN, SlicedSource
from connectors.common.slices import Facet, Listed
from connectors.sqlalchemy import build
from connectors.sqlalchemy.connection import SqlalchemyConnection
from connectors.sqlalchemy.driver import SqlalchemyDriver
from specs.entities.base import Entity
from specs.entities.database import Sequence as SequenceEntity
from specs.errors import Fatal, Retry
from specs.sources.base import Presence, Step
from specs.sources.database import identity
from specs.topology.node import Item, Produced
from specs.topology.scope import EVERYTHING, KeyRange, Scope

SYSTEM = {
    "information_schema", "pg_catalog", "pg_toast", "mysql", "performance_schema", "sys", "sysibm", "sysstat", "_v_sys",
}  # fmt: skip
SHOWING = {"sqlite", "duckdb", "postgresql"}
"""Dialects whose catalog shows every object to whoever may connect, or that know no rights."""
_ON_TABLES = ("pk_constraint", "unique_constraints", "foreign_keys", "indexes", "check_constraints")
_WIDTH = 20
"""Assumed columns of a relation."""
_EACH = 4
"""Statements that dialects send for one facet, at most."""


class SqlalchemySource(SlicedSource):
    service_type = "sqlalchemy"
    leaves = frozenset({"table", "sequence"})
    driver: SqlalchemyDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.config, SqlalchemyConnection):
            raise TypeError(f"SqlalchemySource needs a SqlalchemyConnection, not {type(self.config).__name__}")
        self.connection = self.config
        self.driver = SqlalchemyDriver(self.connection, self.limits, self._sent)

    def _sent(self) -> None:
        self.statements += 1

    # -- the server -----------------------------------------------------------------------------------------------
    def version(self) -> str | None:
        found = self.driver.inspector().dialect.server_version_info
        return ".".join(map(str, found)) if found else None

    def identity(self) -> str:
        """Dialect, host, port and database; for files the machine and the path. Raises ``Fatal``."""
        try:
            self.driver.inspector()
        except Retry as error:
            raise Fatal(error.what, error.where, error.remedy, reason=error.reason) from None
        url = self.driver.url
        if url.host is None and url.database:
            return f"{url.get_backend_name()}:{platform.node()}:{Path(url.database).resolve()}"
        return f"{url.get_backend_name()}://{url.host}:{url.port}/{url.database or ''}"

    @property
    def database_name(self) -> str:
        """As configured, or as the URL calls it; the stem of a file."""
        url = self.driver.url
        name = Path(url.database).stem if url.host is None and url.database else url.database
        return self.connection.database or name or "default"

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.one_database(scope, span, self.database_name, {})

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.schema_items(scope, span, [(name, {}, None) for name in self._schema_names()])

    def _schema_names(self) -> list[str]:
        found = self.driver.call("get_schema_names")
        if not found:
            return [self._default]
        names = [str(name) for name in found]
        return names if self.extract.system_schemas else [name for name in names if name.lower() not in SYSTEM]

    @property
    def _default(self) -> str:
        return self.driver.inspector().default_schema_name or "default"

    def _schema(self, name: str) -> str | None:
        """What the inspector wants to hear; dialects without schemas want nothing."""
        return None if self.driver.inspector().default_schema_name is None and name == "default" else name

    # -- listings and facets --------------------------------------------------------------------------------------
    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        for schema in schemas:
            listed = self._sequences(schema) if node == "sequence" else self._relations(schema)
            yield from sorted(listed, key=lambda each: each.key)

    def _relations(self, schema: str) -> list[Listed]:
        """Every name as often as a listing has it. Dialects list views among the tables, too: a name in several
        listings is one relation, of the kind of the last one."""
        found: dict[str, list[Listed]] = {}
        for kind, method in build.LISTINGS:
            listed: dict[str, list[Listed]] = {}
            for name in map(str, self.driver.call(method, schema=self._schema(schema)) or ()):
                rule = self.extract.rule("tables" if kind == "table" else "views", name)
                each = Listed(schema, name, name, (schema, name), rule, _WIDTH, kind)
                listed.setdefault(name, []).append(each)
            found |= listed
        return [each for same in found.values() for each in same]

    def _sequences(self, schema: str) -> list[Listed]:
        names = self.driver.call("get_sequence_names", schema=self._schema(schema)) or ()
        return [Listed(schema, name, name, (schema, name)) for name in map(str, names)]

    def facet_list(self, node: str) -> Sequence[Facet]:
        if node == "sequence":
            return (GIVEN,)

        def relations(listed: Listed) -> bool:
            return listed.data in ("table", "materialized_view")

        found = [Facet("columns", self._columns), Facet("table_comment", self._multi("table_comment"))]
        found += [Facet(name, self._multi(name), relations) for name in _ON_TABLES]
        if self.extract.ddl:
            found.append(Facet("definition", self._definitions, lambda listed: listed.data != "table"))
        return found

    def facets(self, node: str) -> int:
        """An upper bound: what is sent is the dialect's business."""
        if node != "table":
            return 0
        dialect = type(self.driver.inspector().dialect)
        native = dialect.get_multi_columns is not DefaultDialect.get_multi_columns
        each = 1 if native else self.reading.slice
        return (
            _EACH * (2 + len(_ON_TABLES)) * each + (self.reading.slice if self.extract.ddl else 0) + len(build.LISTINGS)
        )

    def _multi(self, name: str) -> Callable[[Sequence[Listed]], Iterator[tuple[Any, ...]]]:
        def read(listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
            for schema, names in _by_schema(listed).items():
                found = self.driver.call(
                    f"get_multi_{name}", schema=self._schema(schema), filter_names=names, kind=ObjectKind.ANY
                )
                for (_, relation), told in (found or {}).items():
                    yield (schema, str(relation)), told

        return read

    def _columns(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        """The proof of presence. A view that cannot be reflected is there all the same, and says why; dialects raise
        for it, or leave it out of the answer."""
        missing = {each.id: each for each in listed if each.data != "table"}
        try:
            for row in self._multi("columns")(listed):
                missing.pop(row[0], None)
                yield row
        except DBAPIError as error:
            failed = self.driver.classify(error)
            if failed.reason != "error" or len(listed) > 1 or listed[0].data == "table":
                raise
            yield listed[0].id, failed.what
            return
        for each in missing.values():
            try:
                yield each.id, self.driver.call("get_columns", each.name, schema=self._schema(each.schema))
            except NoSuchTableError:
                continue
            except UnreflectableTableError:
                yield each.id, "it refers to something that is not there"

    def _definitions(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        for each in listed:
            yield each.id, self.driver.call("get_view_definition", each.name, schema=self._schema(each.schema))

    # -- processors -----------------------------------------------------------------------------------------------
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return (build.table(item.data, scope, self.driver.inspector().dialect, self._default),)

    def yield_sequence(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield SequenceEntity(**identity(scope))

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        """A clear ``no`` only where a dialect is known to show what we may not read; elsewhere a ``REVOKE`` makes live
        objects look absent, so that absence is ``unknown``."""
        absent: Presence = "no" if self.driver.inspector().dialect.name in SHOWING else "unknown"
        if scope.path[1:2] not in ((), (self.database_name,)):
            return dict.fromkeys(names, absent)
        if type_ == "Database":
            found = {self.database_name}
        elif type_ == "Schema":
            found = set(self._schema_names())
        elif type_ in ("Table", "Sequence"):
            if scope.name not in self._schema_names():
                return dict.fromkeys(names, absent)
            listed = self._within(type_.lower(), Scope(scope.path[:-1]), [scope.name], EVERYTHING)
            found = {each.name for each in listed}
        else:
            return {}
        return {name: "yes" if name in found else absent for name in names}

    # -- the connection -------------------------------------------------------------------------------------------
    def check(self) -> Iterator[Step]:
        first: list[Listed] = []

        def relations() -> str:
            count = 0
            for schema in self._schema_names():
                found = self._relations(schema)
                count += len(found)
                first.extend(found[: 10 - len(first)])
            return f"{count} found"

        def columns() -> str:
            found = sum(len(row[1]) for each in first for row in self._columns([each]) if isinstance(row[1], list))
            return f"{found} columns of {len(first)} tables and views"

        return self.steps([
            ("connect", lambda: f"{self.driver.inspector().dialect.name}, {self.connection.endpoint()}"),
            ("identify the server", lambda: f"version {self.version() or 'unknown'}, {self.identity()}"),
            ("list schemas", lambda: f"{len(self._schema_names())} found"),
            ("list tables and views", relations),
            ("read columns", columns),
        ])  # fmt: skip

    def cancel(self) -> None:
        self.driver.cancel()

    def close(self) -> None:
        super().close()
        self.driver.close()


def _by_schema(listed: Sequence[Listed]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in listed:
        found.setdefault(each.schema, []).append(each.name)
    return found
