"""Reads a DuckDB file through its catalog functions. The database is called as DuckDB calls it: the file's stem."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectors.common.sql.sliced_source import GIVEN, SlicedSource
from connectors.common.sql.slices import Facet, Listed
from connectors.duckdb import build
from connectors.duckdb.check import check
from connectors.duckdb.connection import DuckdbConnection
from connectors.duckdb.driver.driver import DuckdbDriver
from connectors.duckdb.exists import exists
from connectors.duckdb.facets.facets import facets
from connectors.duckdb.listing import DuckdbListing
from specs.entities.base import Entity
from specs.entities.database.routines import StoredProcedure
from specs.entities.database.tables import Sequence as SequenceEntity
from specs.entities.database.tables import UserType
from specs.errors import Skip
from specs.sources.base import Presence, Step
from specs.sources.database.metadata import identity
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope


class DuckdbSource(SlicedSource):
    service_type = "duckdb"
    leaves = frozenset({"table", "sequence", "type", "stored_procedure"})
    config: DuckdbConnection
    driver: DuckdbDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.driver = DuckdbDriver(self.config.path, self.limits, self._sent)
        self.names = DuckdbListing(self.driver, self.extract)

    # -- the file -------------------------------------------------------------------------------------------------
    def version(self) -> str | None:
        return str(self.names.rows("version")[0][0]).removeprefix("v")

    def identity(self) -> str:
        """The machine and the path. Raises ``HeadraceError``, classified."""
        self.names.database()
        return f"duckdb:{platform.node()}:{self.driver.path.resolve()}"

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return exists(self.names, type_, scope, names)

    def check(self) -> Iterator[Step]:
        return self.steps(check(self.names, self.config.endpoint(), self.identity, self.version))

    # -- what there is --------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        name, comment = self.names.database()
        yield from self.one_database(scope, span, name, {"comment": comment} if comment else {})

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.schema_items(scope, span, self.names.schemas())

    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        return self.names.below(node, schemas)

    def facet_list(self, node: str) -> Sequence[Facet]:
        return facets(self.driver) if node == "table" else (GIVEN,)

    # -- entities -------------------------------------------------------------------------------------------------
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return build.table(item.data, scope, keep_ddl=self.extract.ddl)

    def yield_sequence(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield SequenceEntity(**identity(scope), **item.data.listed.data)

    def yield_type(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield UserType(**identity(scope), **item.data.listed.data)

    def yield_stored_procedure(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build a macro. Raises ``Skip`` when schemas of the same last name make it unclear to which one it belongs."""
        if not item.data.listed.data:
            what = "several schemas have the last name of this one, and DuckDB does not say whose the macro is"
            raise Skip(what, scope.fqn, "give the schemas different names", reason="ambiguous")
        yield StoredProcedure(**identity(scope), **item.data.listed.data)
