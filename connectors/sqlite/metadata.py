"""Reads an SQLite file. It has one database and one schema, both called ``main``, as SQLite itself calls it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectors.common.sql.sliced_source import SlicedSource
from connectors.common.sql.slices import Facet, Listed
from connectors.sqlite.build import tables
from connectors.sqlite.check import check
from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.driver import SqliteDriver
from connectors.sqlite.exists import exists
from connectors.sqlite.facets.facets import SqliteFacets
from connectors.sqlite.listing import MAIN, SqliteListing
from specs.entities.base import Entity
from specs.sources.base import Presence, Step
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope


class SqliteSource(SlicedSource):
    service_type = "sqlite"
    config: SqliteConnection
    driver: SqliteDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.driver = SqliteDriver(self.config.path, self.limits, self._sent)
        self.names = SqliteListing(self.driver, self.extract)

    # -- the file -------------------------------------------------------------------------------------------------
    def version(self) -> str | None:
        return str(self.names.rows("version")[0][0])

    def identity(self) -> str:
        """The machine and the path. Raises ``HeadraceError``, classified."""
        self.names.rows("count")
        return f"sqlite:{platform.node()}:{self.driver.path.resolve()}"

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return exists(self.names, type_, scope, names)

    def check(self) -> Iterator[Step]:
        return self.steps(check(self.names, self.identity))

    # -- what there is --------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        encoding, count = self.names.rows("encoding")[0][0], self.names.rows("count")[0][0]
        yield from self.one_database(scope, span, MAIN, {"encoding": encoding}, count)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.schema_items(scope, span, [(MAIN, {}, self.names.rows("count")[0][0])])

    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        listed = self.names.relations()
        return listed if MAIN in schemas else []

    def facet_list(self, node: str) -> Sequence[Facet]:
        return SqliteFacets(self.names).facets()

    # -- entities -------------------------------------------------------------------------------------------------
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return tables.table(item.data, scope, keep_ddl=self.extract.ddl)
