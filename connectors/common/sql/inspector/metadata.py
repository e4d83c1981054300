"""Reads whatever SQLAlchemy's inspector can see, slice by slice, through ``Inspector.get_multi_*``.

What it cannot tell is left out: procedures, triggers, partitions, statistics. Dialects that have no ``get_multi_*`` of
their own send statements per table; definitions of views always cost one each.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from connectors.common.sql.inspector import build
from connectors.common.sql.inspector.dialects import clickhouse, hive, sqlite
from connectors.common.sql.inspector.dialects.schemas import inner_table, ours, system_schema, theirs
from connectors.common.sql.inspector.driver import SqlalchemyDriver
from connectors.common.sql.inspector.facets.reflection import Reflection
from connectors.common.sql.sliced_source import GIVEN, SlicedSource
from connectors.common.sql.slices import Facet, Listed
from connectors.sqlalchemy.connection import SqlalchemyConnection
from specs.entities.base import Entity
from specs.entities.database.tables import Sequence as SequenceEntity
from specs.errors import Fatal, Retry
from specs.sources.base import Presence, Step
from specs.sources.database.metadata import identity
from specs.topology.node import Item, Outcome, Produced
from specs.topology.scope import EVERYTHING, KeyRange, Scope

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
        self.reflection = Reflection(self.driver, self._schema)

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
        return self.connection.database or self._catalog or "default"

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.one_database(scope, span, self.database_name, {})

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.schema_items(scope, span, [(name, {}, None) for name in self._schema_names()])

    def _schema_names(self) -> list[str]:
        found = self.driver.call("get_schema_names")
        names = ours(self._dialect, map(str, found), self._catalog) if found else [self._default]
        return [name for name in names if self.extract.system_schemas or not system_schema(self._dialect, name)]

    @property
    def _catalog(self) -> str:
        """The database as the source itself calls it."""
        url = self.driver.url
        return (Path(url.database).stem if url.host is None and url.database else url.database) or ""

    @property
    def _default(self) -> str:
        return self.driver.inspector().default_schema_name or "default"

    def _schema(self, name: str) -> str | None:
        """What the inspector wants to hear; dialects without schemas want nothing.

        Nor does SQLite, for ``main``: with a schema it asks for tables that drivers other than Python's do not have.
        """
        inspector = self.driver.inspector()
        if inspector.dialect.name == "sqlite" and name == self._default:
            return None
        if inspector.default_schema_name is None and name == "default":
            return None
        return theirs(inspector.dialect.name, name, self._catalog)

    # -- listings and facets --------------------------------------------------------------------------------------
    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        for schema in schemas:
            listed = self._sequences(schema) if node == "sequence" else self._relations(schema)
            yield from sorted(listed, key=lambda each: each.key)

    def _relations(self, schema: str) -> list[Listed]:
        """Every name as often as a listing has it. Dialects list views among the tables, too: a name in several
        listings is one relation, of the kind of the last one."""
        found: dict[str, list[Listed]] = {}
        for kind, names in self._listings(schema):
            listed: dict[str, list[Listed]] = {}
            for name in names:
                if inner_table(self._dialect, name) and not self.extract.system_schemas:
                    continue
                rule = self.extract.rule("tables" if kind == "table" else "views", name)
                each = Listed(schema, name, name, (schema, name), rule, _WIDTH, kind)
                listed.setdefault(name, []).append(each)
            found |= listed
        return [each for same in found.values() for each in same]

    def _listings(self, schema: str) -> Iterator[tuple[str, list[str]]]:
        """The names of each kind of relation."""
        own = self.supplement.relations(schema) if self.supplement else None
        for kind, method in build.LISTINGS:
            if own is not None:
                yield kind, [name for each, name in own if each == kind]
            else:
                yield kind, list(map(str, self.driver.call(method, schema=self._schema(schema)) or ()))

    def _sequences(self, schema: str) -> list[Listed]:
        names = self.driver.call("get_sequence_names", schema=self._schema(schema)) or ()
        return [Listed(schema, name, name, (schema, name)) for name in map(str, names)]

    def facet_list(self, node: str) -> Sequence[Facet]:
        if node == "sequence":
            return (GIVEN,)

        def relations(listed: Listed) -> bool:
            return listed.data in ("table", "materialized_view")

        read, more = self.reflection, self.supplement
        found = [Facet("columns", read.columns), Facet("table_comment", read.multi("table_comment"))]
        found += [Facet(name, read.multi(name), relations) for name in _ON_TABLES]
        if self.extract.ddl:
            found.append(Facet("definition", read.definitions, lambda listed: listed.data != "table"))
        if more is None:
            return found
        own = more.facets()
        instead = more.without | {each.name for each in own}
        kept = [each for each in found if each.name not in instead]
        return [*kept, *own] if kept and kept[0].name == "columns" else [*own, *kept]

    @property
    def _dialect(self) -> str:
        return self.driver.inspector().dialect.name

    @property
    def supplement(self) -> clickhouse.ClickHouseCatalog | hive.HiveCatalog | sqlite.SqliteCatalog | None:
        """What reads the source's own catalog where the dialect leaves out or garbles what it tells."""
        if self._dialect.startswith("clickhouse"):
            return clickhouse.ClickHouseCatalog(self.driver, self._schema)
        if self._dialect == "sqlite":
            return sqlite.SqliteCatalog(self.driver, self._schema)
        return hive.HiveCatalog(self.driver, self._schema) if self._dialect == "hive" else None

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

    def _home(self, schema: str | None) -> str:
        """Our name of the schema that a foreign key leads to."""
        return self._default if schema is None else next(iter(ours(self._dialect, [schema], self._catalog)), schema)

    # -- processors -----------------------------------------------------------------------------------------------
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        table = build.table(item.data, scope, self.driver.inspector().dialect, self._home)
        if self.supplement is not None:
            table = self.supplement.completed(table, build.told(item.data))
        yield table
        yield from build.losses(item.data, scope, table)

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
            found = sum(
                len(row[1]) for each in first for row in self.reflection.columns([each]) if isinstance(row[1], list)
            )
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
