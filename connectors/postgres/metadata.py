"""Walks a PostgreSQL server: databases, schemas, and everything in them, in slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from connectors.common.sql.bundle import Bundle
from connectors.common.sql.slices import Listed, SliceReader
from connectors.common.sql.types.types import forget
from connectors.postgres import exists as presence
from connectors.postgres.build import objects
from connectors.postgres.build.relations.indexes import KeyDetails
from connectors.postgres.build.relations.tables import Tables
from connectors.postgres.build.routines import routine
from connectors.postgres.build.types import Types
from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.driver.driver import PostgresDriver
from connectors.postgres.driver.positions import Positions
from connectors.postgres.errors import INVALID, invalid
from connectors.postgres.facets.facets import STATEMENTS, facets
from connectors.postgres.listing import containers
from connectors.postgres.listing import other_objects as others
from connectors.postgres.listing.names import LISTINGS, PostgresListing
from specs import names
from specs.config import ConnectionConfig, Limits, MetadataExtract
from specs.contracts.positions import SourcePosition
from specs.entities.base import Entity
from specs.errors import Fatal, Skip, Stop
from specs.sources.base import Presence, Step
from specs.sources.database.metadata import DatabaseSource, identity
from specs.topology.node import Item, Outcome, Produced
from specs.topology.read_mode import ReadMode
from specs.topology.scope import EVERYTHING, KeyRange, Scope


@dataclass(frozen=True, slots=True)
class _Place:
    """The database that is being read, and what was learnt of it."""

    scope: Scope
    types: Types
    details: KeyDetails
    tables: Tables


class PostgresSource(DatabaseSource):
    """One unit's reading of a PostgreSQL server, over one connection that is switched from database to database.

    Every role that may connect sees all of the catalog: a missing right on a schema hides nothing.
    """

    service_type = "postgres"

    def __init__(
        self, service: str, config: ConnectionConfig, extract: MetadataExtract | None = None,
        limits: Limits | None = None, reading: ReadMode | None = None,
    ) -> None:  # fmt: skip
        super().__init__(service, config, extract, limits, reading)
        if not isinstance(config, PostgresConnection):
            raise TypeError(f"PostgresSource needs a PostgresConnection, not {type(config).__name__}")
        self.connection = config
        self.driver = PostgresDriver(config, self.limits, self._count)
        self.listing = PostgresListing(self.driver, self.extract)
        self.driver.arrived = self.connected
        self.positions = Positions(self.driver)
        self._bundle = Bundle()
        self._place: _Place | None = None

    def relieve(self) -> None:
        forget()

    def _count(self) -> None:
        self.statements += 1

    @property
    def awaited(self) -> int:
        return self.driver.awaited

    @cached_property
    def _ahead(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, thread_name_prefix="read-ahead")

    # -- the server -----------------------------------------------------------------------------------------------
    def identity(self) -> str:
        """The cluster's system identifier. Raises ``Retry`` when it cannot be reached, ``Fatal`` when refused."""
        try:
            self.driver.open()
            if self.driver.session.server is not None:
                return f"postgresql:{self.driver.session.server[0]}"
            return f"postgresql:{self.driver.rows('identity')[0][0]}"
        except Stop as error:  # the only database that we know of
            raise Fatal(error.what, error.where, error.remedy, reason=error.reason) from None
        except Skip:  # the function is not granted to us
            return f"postgresql://{self.connection.endpoint()}"

    def position(self) -> SourcePosition | None:
        return self.positions.now()

    def reached(self) -> SourcePosition | None:
        return self.positions.reached()

    def version(self) -> str | None:
        return self.driver.open().info.parameter_status("server_version")

    def check(self) -> Iterator[Step]:
        from connectors.postgres import check  # a crawl does without

        yield from check.check(self)

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return presence.exists(self, type_, scope, names)

    def fingerprint(self, scope: Scope) -> str | None:
        """Which kinds of objects are left out altogether: what a switch hides is not gone."""
        shown = {"partitions": self.extract.partitions, "system schemas": self.extract.system_schemas}
        return "shown: " + (", ".join(name for name, on in shown.items() if on) or "no partitions, no system schemas")

    def cancel(self) -> None:
        self.driver.cancel()

    def _forget(self) -> None:
        self._bundle.close()
        self.listing.forget()

    def begin(self, reading: ReadMode) -> None:
        super().begin(reading)
        self._forget()

    def close(self) -> None:
        self._forget()
        if "_ahead" in self.__dict__:
            self.driver.cancel()
            self._ahead.shutdown(wait=True, cancel_futures=True)
            del self._ahead
        self.driver.close()
        self._place = None

    # -- producers ------------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        self.driver.use(self.connection.first_database)
        params = {"only": self.connection.database, "system": self.extract.system_schemas}
        rows = sorted(self.driver.rows("databases", params), key=lambda row: str(row[0]))
        for name, owner, comment, encoding, collation, broken, *more, acl, default_acl in rows:
            if name in span:
                if broken and not self.extract.rule("databases", name):
                    what = f"{invalid(name)}; {INVALID}"
                    yield Outcome("failed", "Database", names.child(scope.fqn, name), name, "invalid", what)
                    continue
                data = {"owner": owner, "comment": comment, "encoding": encoding, "collation": collation}
                data |= containers.of_database(*more)
                yield containers.item(self.extract, "databases", "Database", scope, name, data, acl, default_acl)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        self._enter(scope)
        shown = {"system": self.extract.system_schemas, "partitions": self.extract.partitions}
        rows = sorted(self.driver.rows("schemas", shown | self.listing.bounds(span)), key=lambda row: str(row[0]))
        rows = [row for row in rows if row[0] in span]
        found = [containers.schema_item(self.extract, scope, row) for row in rows]
        self.listing.contents.learn(rows)
        self._bundle.announce([each for each in found if isinstance(each, Item)])
        yield from found

    def types(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("type", scope, span)

    def sequences(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("sequence", scope, span)

    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("table", scope, span)

    def stored_procedures(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("stored_procedure", scope, span)

    def service_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return others.above_schemas(self, "service_object", scope, span)

    def database_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return others.above_schemas(self, "database_object", scope, span)

    def schema_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("schema_object", scope, span)

    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        if node not in LISTINGS:
            yield from super().preview(node, scope, span)
            return
        reader = self._reader(node, self._enter(scope))
        yield from self._together(scope, span, node, reader.preview)

    def names_below(self, node: str, database: Scope, schemas: Sequence[str]) -> list[Listed]:
        """The names below several schemas, for a test of what can be read."""
        self._enter(database)
        return self.listing.names(node, schemas, EVERYTHING)

    def read(self, node: str, database: Scope, listed: Sequence[Listed]) -> Iterator[tuple[str, Produced]]:
        """The objects of these names, each with its schema."""
        return self._reader(node, self._enter(database)).read(listed)

    def facets(self, node: str) -> int:
        return (
            STATEMENTS.get(node, 0)
            + (node == "table" and self.extract.sizes)
            + 3 * (node == "sequence" and self.extract.sizes)
            - (node == "table" and not self.extract.ddl)
        )

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]:
        if node not in LISTINGS or node in others.NODES:
            return []
        self._enter(scope)
        params = self.listing.parameters([scope.name], span) | {"size": size}
        found = {key for (key,) in self.driver.rows("split", params, **self.listing.parts(node, span))}
        return sorted(key for key in found if key in span and key != span.until)

    # -- processors -----------------------------------------------------------------------------------------------
    def yield_database(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield containers.database(self, item, scope)

    def yield_schema(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield containers.schema(self, item, scope)

    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        place = self._enter(scope)
        known = identity(scope)
        yield place.tables.build(item.data, known["fqn"], known["parent"])
        if "triggers" in item.data.rows:
            yield from place.tables.triggers(item.data, known["fqn"])
        item.data.rows.clear()  # the item outlives its entity, and texts of megabytes need not

    def yield_type(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield objects.user_type(item.data, identity(scope), self._enter(scope).types)

    def yield_sequence(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield objects.sequence(item.data, identity(scope), self._enter(scope).scope.fqn)

    def yield_stored_procedure(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield routine(item.data, identity(scope), self._enter(scope).scope.fqn)
        item.data.rows.clear()

    def yield_object(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield others.build(item.data, identity(scope), Scope(scope.path[:2]).fqn)

    # -- how objects are listed and read --------------------------------------------------------------------------
    def _enter(self, scope: Scope) -> _Place:
        """Work in the database of ``scope``."""
        base = scope.path[:2]
        self.driver.use(base[1])
        if self._place is None or self._place.scope.path != base:
            self._forget()
            place = Scope(base)
            types, details = Types(self.driver, place.fqn), KeyDetails(self.driver)
            self._place = _Place(place, types, details, Tables(types, details, place.fqn))
        return self._place

    def _objects(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        place = self._enter(scope)
        yield from self._together(scope, span, node, lambda listed: self._reader(node, place).read(listed))

    def _together(
        self,
        scope: Scope,
        span: KeyRange,
        node: str,
        read: Callable[[Iterable[Listed]], Iterator[tuple[str, Produced]]],
    ) -> Iterator[Produced]:
        """The whole schema with those after it, or a range of this one alone."""
        page = self.reading.page
        if page is not None:
            listed = chain.from_iterable(self.listing.pages(node, scope.name, span, page))
            for _, step in read(listed):
                yield step
        elif span.whole:
            ahead = self.reading.touch is None  # what kills the process is then known by its node
            yield from self._bundle.read(
                node, scope.name, lambda several: read(self.listing.names(node, several, EVERYTHING, ahead))
            )
        else:
            for _, step in read(self.listing.names(node, [scope.name], span)):
                yield step

    def _reader(self, node: str, place: _Place) -> SliceReader:
        found = facets(node, self.driver, place.types, place.details, self.extract)
        type_ = LISTINGS[node][1]
        suspects = self._suspects if node == "table" else None
        return SliceReader(self.driver, self.reading, place.scope, node, type_, found, self._ahead, suspects)

    def _suspects(self, kept: Sequence[Listed], error: Skip) -> set[int]:
        """Relations of the slice that somebody holds exclusively, and the views over such relations."""
        if error.reason != "lock":
            return set()
        try:
            return {oid for (oid,) in self.driver.rows("locked", {"oids": [each.id for each in kept]})}
        except Skip:
            return set()
