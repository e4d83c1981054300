"""Walks a MySQL or MariaDB server. What these call a database is a schema here, below the one database ``def``,
which is how information_schema itself calls it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectors.common.sql.sliced_source import SlicedSource
from connectors.common.sql.slices import Facet, Listed
from connectors.mysql import check as presence
from connectors.mysql.build import grants, routines
from connectors.mysql.build import tables as build
from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver import positions
from connectors.mysql.driver.driver import MysqlDriver
from connectors.mysql.facets.facets import Facets
from specs.contracts.positions import SourcePosition
from specs.entities.base import Entity
from specs.sources.base import Presence, Step
from specs.sql_files import load
from specs.topology.node import Item, Produced
from specs.topology.scope import EVERYTHING, KeyRange, Scope

DATABASE = "def"
SYSTEM = {"mysql", "information_schema", "performance_schema", "sys", "ndbinfo"}
Q = load("connectors.mysql")


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
        self._rights: bool | None = None

    def _sent(self) -> None:
        self.statements += 1

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
        return presence.fingerprint(self.driver)

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return presence.exists(self, type_, scope, names)

    def check(self) -> Iterator[Step]:
        return presence.check(self)

    def cancel(self) -> None:
        self.driver.cancel()

    def close(self) -> None:
        super().close()
        self.driver.close()

    # -- what there is --------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.one_database(scope, span, DATABASE, {})

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.schema_items(scope, span, self.schema_rows())

    def schema_rows(self) -> list[tuple[str, dict[str, Any], int | None]]:
        rows = self.driver.fetch(Q["schemas_mariadb" if self.driver.mariadb else "schemas_mysql"])
        found: list[tuple[str, dict[str, Any], int | None]] = []
        for name, collation, comment, count in rows:
            if self._wanted(name):
                data = {"collation": collation, "comment": comment or None}
                found.append((name, {key: value for key, value in data.items() if value}, int(count or 0)))
        return found

    def _wanted(self, schema: str) -> bool:
        only = self.connection.database
        if only is not None:
            folded = self.driver.variables.get("lower_case_table_names", "0") != "0"
            return schema == only or (folded and schema.lower() == only.lower())
        return self.extract.system_schemas or schema not in SYSTEM

    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        order = {schema: at for at, schema in enumerate(schemas)}
        if node == "stored_procedure":
            found = routines.listed(self.driver.rows(Q["routines"], {"schemas": list(schemas)}), self.extract)
        elif node == "sequence" and not self.driver.mariadb:
            found = []
        else:
            found = self._relations(node, {"schemas": list(schemas), "after": span.after, "until": span.until})
        return sorted((each for each in found if each.schema in order), key=lambda each: (order[each.schema], each.key))

    def pages(self, node: str, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]] | None:
        return None if node == "stored_procedure" else self._pages(node, schema, span, size)

    def _pages(self, node: str, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]]:
        after = span.after
        while True:
            part = span.resume(after)
            given = {"schemas": [schema], "after": part.after, "until": part.until, "size": size}
            rows = self.driver.fetch(f"{Q['tables']} {Q['page']}", given)
            found = self._named(node, rows)
            yield sorted((each for each in found if each.key in part), key=lambda each: each.key)
            if len(rows) < size:
                return
            after = max(row[1] for row in rows)

    def _relations(self, node: str, parameters: dict[str, Any]) -> list[Listed]:
        return self._named(node, self.driver.rows(Q["tables"], parameters))

    def _named(self, node: str, rows: Iterable[tuple[Any, ...]]) -> list[Listed]:
        found = []
        for schema, name, kind in rows:
            if (kind == "SEQUENCE") is (node == "sequence") and kind != "TEMPORARY":
                rule = None
                if node == "table":
                    rule = self.extract.rule("views" if kind in build.VIEWS else "tables", name)
                found.append(Listed(schema, name, name, (schema, name), rule, build.WEIGHT, kind))
        return found

    def names(self, node: str, schema: str) -> set[str]:
        """All names of a leaf node in a schema."""
        base = Scope.of(self.service, DATABASE)
        return {each.name for each in self._within(node, base, [schema], EVERYTHING)}

    def facet_list(self, node: str) -> Sequence[Facet]:
        if self._rights is None:
            self._rights = grants.readable(self.driver)
        return Facets(self.driver, self.extract.ddl, self._rights).of(node)

    def facets(self, node: str) -> int:
        """Triggers and routines take a statement for what is there and one for their texts."""
        return super().facets(node) + (node in ("table", "stored_procedure"))

    # -- processors -----------------------------------------------------------------------------------------------
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return build.table(item.data, scope, maria=self.driver.mariadb)

    def yield_sequence(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return (build.sequence(item.data, scope),)

    def yield_stored_procedure(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return (routines.build(item.data, scope),)
