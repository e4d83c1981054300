"""Reads whatever SQLAlchemy's inspector can see, slice by slice, through ``Inspector.get_multi_*``.

Kinds of objects that it does not show are left out: procedures, triggers, partitions, statistics. Dialects without
``get_multi_*`` of their own send statements per table; the definition of each view always takes a statement.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors.common.sql.driver import classified
from connectors.common.sql.inspector import build
from connectors.common.sql.inspector.check import check
from connectors.common.sql.inspector.connection import DialectConnection
from connectors.common.sql.inspector.dialects.catalogs import DialectCatalog, catalog
from connectors.common.sql.inspector.driver import InspectorDriver
from connectors.common.sql.inspector.exists import exists
from connectors.common.sql.inspector.facets.facets import facets, statements
from connectors.common.sql.inspector.facets.reflection import Reflection
from connectors.common.sql.inspector.listing import InspectorListing
from connectors.common.sql.sliced_source import GIVEN, SlicedSource
from connectors.common.sql.slices import Facet, Listed
from specs.entities.base import Entity
from specs.entities.database.tables import Sequence as SequenceEntity
from specs.errors import Fatal, Retry
from specs.sources.base import Presence, Step
from specs.sources.database.metadata import identity
from specs.topology.node import Item, Outcome, Produced
from specs.topology.scope import KeyRange, Scope


class InspectorSource(SlicedSource):
    """Takes any ``DialectConnection``: a connector for a dialect is such a class, and a spec that binds it to this."""

    leaves = frozenset({"table", "sequence"})
    driver: InspectorDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.config, DialectConnection):
            raise TypeError(f"{type(self).__name__} needs a DialectConnection, not {type(self.config).__name__}")
        self.connection = self.config
        self.driver = InspectorDriver(self.config, self.limits, self._sent)
        self.names = InspectorListing(self.driver, self.extract, lambda: self.catalog)
        self.reflection = Reflection(self.driver, self.names.spelled)

    @property
    def catalog(self) -> DialectCatalog | None:
        """What reads the source's own catalog where the dialect leaves out or garbles what it tells."""
        return catalog(self.driver, self.names.spelled)

    # -- the server -----------------------------------------------------------------------------------------------
    def product(self) -> str:
        return self.connection.product

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

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        with classified(self.driver):
            return exists(self.names, type_, scope, names)

    def check(self) -> Iterator[Step]:
        return self.steps(check(self.names, self.reflection, self.identity, self.version))

    # -- what there is --------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.one_database(scope, span, self.names.database, {})

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        with classified(self.driver):
            names = self.names.schemas()
        return self.schema_items(scope, span, [(name, {}, None) for name in names])

    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        for schema in schemas:
            listed = self.names.sequences(schema) if node == "sequence" else self.names.relations(schema)
            yield from sorted(listed, key=lambda each: each.key)

    def facet_list(self, node: str) -> Sequence[Facet]:
        return (GIVEN,) if node == "sequence" else facets(self.reflection, self.catalog, ddl=self.extract.ddl)

    def facets(self, node: str) -> int:
        return statements(self.driver, self.reading.slice, ddl=self.extract.ddl) if node == "table" else 0

    # -- entities -------------------------------------------------------------------------------------------------
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        table = build.table(item.data, scope, self.driver.inspector().dialect, self.names.home)
        more = self.catalog
        if more is not None:
            table = more.completed(table, build.told(item.data))
        yield table
        yield from build.losses(item.data, scope, table)

    def yield_sequence(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield SequenceEntity(**identity(scope))
