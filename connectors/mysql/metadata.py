"""Walks a MySQL or MariaDB server. What these call a database is a schema here, below the one database ``def``,
which is how information_schema itself calls it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectors.common.sql.sliced_source import SlicedSource
from connectors.common.sql.slices import Facet, Listed
from connectors.mysql.build import routines, tables
from connectors.mysql.check import check
from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver import positions, rights
from connectors.mysql.driver.driver import MysqlDriver
from connectors.mysql.exists import DATABASE, exists
from connectors.mysql.facets.facets import Facets
from connectors.mysql.listing import MysqlListing
from specs.contracts.positions import SourcePosition
from specs.entities.base import Entity
from specs.sources.base import Presence, Step
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope


class MysqlSource(SlicedSource):
    service_type = "mysql"
    leaves = frozenset({"table", "sequence", "stored_procedure"})
    overhead = 2
    driver: MysqlDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.config, MysqlConnection):
            raise TypeError(f"MysqlSource needs a MysqlConnection, not {type(self.config).__name__}")
        self.connection = self.config
        self.driver = MysqlDriver(self.connection, self.limits, self._sent)
        self.driver.arrived = self.connected
        self.names = MysqlListing(self.driver, self.extract)
        self._rights: bool | None = None

    # -- the server -----------------------------------------------------------------------------------------------
    def version(self) -> str | None:
        self.driver.open()
        return self.driver.variables.get("version")

    def identity(self) -> str:
        """The server's uuid (MySQL) or uid (MariaDB); host and port where it has none.

        Raises ``Retry`` when the server cannot be reached, ``Fatal`` when it refuses us.
        """
        kind = "mariadb" if self.driver.mariadb else "mysql"
        known = self.driver.variables
        unique = known.get("server_uuid") or known.get("server_uid")
        return f"{kind}:{unique}" if unique else f"{kind}://{self.connection.host}:{self.connection.port}"

    def position(self) -> SourcePosition | None:
        return positions.position(self.driver)

    def fingerprint(self, scope: Scope) -> str | None:
        return rights.fingerprint(self.driver)

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return exists(self.names, type_, scope, names)

    def check(self) -> Iterator[Step]:
        return check(self)

    # -- what there is --------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.one_database(scope, span, DATABASE, {})

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.schema_items(scope, span, self.names.schemas())

    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        return self.names.below(node, schemas, span)

    def pages(self, node: str, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]]:
        return self.names.pages(node, schema, span, size)

    # -- how objects are read -------------------------------------------------------------------------------------
    def facet_list(self, node: str) -> Sequence[Facet]:
        if self._rights is None:
            self._rights = rights.shown_all(self.driver)
        return Facets(self.driver, self.extract.ddl, self._rights).of(node)

    def facets(self, node: str) -> int:
        """Triggers and routines take a statement for what is there and one for their texts."""
        return super().facets(node) + (node in ("table", "stored_procedure"))

    # -- processors -----------------------------------------------------------------------------------------------
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return tables.table(item.data, scope, maria=self.driver.mariadb)

    def yield_sequence(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return (tables.sequence(item.data, scope),)

    def yield_stored_procedure(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return (routines.build(item.data, scope),)
