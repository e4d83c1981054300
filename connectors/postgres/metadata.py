"""Walks a PostgreSQL server: databases, schemas, and everything in them, in slices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectors.common.sql.fetcher import Suspects
from connectors.common.sql.sliced_source import GIVEN, SlicedSource
from connectors.common.sql.slices import Facet, Listed, SliceReader
from connectors.postgres.build import containers as built
from connectors.postgres.build import objects, other_objects
from connectors.postgres.build.relations.indexes import KeyDetails
from connectors.postgres.build.relations.tables import Tables
from connectors.postgres.build.routines import routine
from connectors.postgres.build.types import Types
from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.driver.driver import PostgresDriver
from connectors.postgres.driver.positions import Positions
from connectors.postgres.errors import INVALID, invalid
from connectors.postgres.exists import exists
from connectors.postgres.facets.facets import STATEMENTS, facets
from connectors.postgres.listing import containers
from connectors.postgres.listing import other_objects as other_listing
from connectors.postgres.listing.names import LISTINGS, PostgresListing
from specs.contracts.positions import SourcePosition
from specs.entities.base import Entity
from specs.errors import Fatal, Skip, Stop
from specs.sources.base import Presence, Step
from specs.sources.database.metadata import identity
from specs.topology.node import Item, Outcome, Produced
from specs.topology.scope import EVERYTHING, KeyRange, Scope


@dataclass(frozen=True, slots=True)
class _Place:
    """The database that is being read, and what was learnt of it."""

    scope: Scope
    types: Types
    details: KeyDetails
    tables: Tables


class PostgresSource(SlicedSource):
    """One unit's reading of a PostgreSQL server, over one connection that is switched from database to database.

    Every role that may connect sees all of the catalog: a missing right on a schema hides nothing.
    """

    service_type = "postgres"
    leaves = frozenset(LISTINGS)
    driver: PostgresDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.config, PostgresConnection):
            raise TypeError(f"PostgresSource needs a PostgresConnection, not {type(self.config).__name__}")
        self.connection = self.config
        self.driver = PostgresDriver(self.connection, self.limits, self._sent)
        self.driver.arrived = self.connected
        self.names = PostgresListing(self.driver, self.extract)
        self.positions = Positions(self.driver)
        self._place: _Place | None = None

    @property
    def awaited(self) -> int:
        return self.driver.awaited

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

        return check.check(self)

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return exists(self.driver, self.extract, type_, scope, names)

    def fingerprint(self, scope: Scope) -> str | None:
        """Which kinds of objects are left out altogether: what a switch hides is not gone."""
        shown = {"partitions": self.extract.partitions, "system schemas": self.extract.system_schemas}
        return "shown: " + (", ".join(name for name, on in shown.items() if on) or "no partitions, no system schemas")

    def forget(self) -> None:
        super().forget()
        self.names.forget()

    def close(self) -> None:
        if "ahead" in self.__dict__:
            self.driver.cancel()
            self.ahead.shutdown(wait=True, cancel_futures=True)
            del self.__dict__["ahead"]
        super().close()
        self._place = None

    # -- what there is --------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        for name, broken, fields in containers.databases(self.driver, self.extract):
            if name in span:
                if broken and not self.extract.rule("databases", name):
                    what = f"{invalid(name)}; {INVALID}"
                    yield Outcome("failed", "Database", scope.child(name).fqn, name, "invalid", what)
                else:
                    yield self.kept("databases", "Database", scope, name, fields)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        self.enter(scope)
        shown = {"system": self.extract.system_schemas, "partitions": self.extract.partitions}
        rows = [row for row in self.driver.rows("schemas", shown | self.names.bounds(span)) if row[0] in span]
        self.names.contents.learn(rows)
        yield from self.schema_items(scope, span, map(containers.schema, rows))

    def service_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._beside("service_object", scope, span)

    def database_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._beside("database_object", scope, span)

    def schema_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.objects("schema_object", scope, span)

    def _beside(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The objects of a service or a database, which lie in no schema."""
        self.driver.use(scope.path[1] if len(scope.path) > 1 else self.connection.first_database)
        rows = self.driver.execute(*other_listing.request(self.driver, node, [scope.name]))
        found = other_listing.listed(rows, [scope.name], span, self.extract)
        base = Scope(scope.path[:-1])
        for _, step in SliceReader(self.driver, self.reading, base, node, "DatabaseObject", (GIVEN,)).read(found):
            yield step

    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        """A whole listing brings those of the nodes after it along, unless keys are written down before they are
        touched: an object that kills the process must be found at its own node."""
        return self.names.names(node, schemas, span, ahead=span.whole and self.reading.touch is None)

    def pages(self, node: str, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]]:
        return self.names.pages(node, schema, span, size)

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]:
        """The server counts; of objects of other kinds there are few."""
        if node not in LISTINGS or node in other_listing.NODES:
            return []
        self.enter(scope)
        params = self.names.parameters([scope.name], span) | {"size": size}
        found = {key for (key,) in self.driver.rows("split", params, **self.names.parts(node, span))}
        return sorted(key for key in found if key in span and key != span.until)

    # -- how objects are read -------------------------------------------------------------------------------------
    def enter(self, base: Scope) -> None:
        self._enter(base)

    def _enter(self, scope: Scope) -> _Place:
        """Work in the database of ``scope``; what was learnt of another one is forgotten."""
        base = scope.path[:2]
        self.driver.use(base[1])
        if self._place is None or self._place.scope.path != base:
            self.forget()
            place = Scope(base)
            types, details = Types(self.driver, place.fqn), KeyDetails(self.driver)
            self._place = _Place(place, types, details, Tables(types, details, place.fqn))
        return self._place

    @cached_property
    def ahead(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, thread_name_prefix="read-ahead")

    def facet_list(self, node: str) -> Sequence[Facet]:
        assert self._place is not None  # ``reader`` has entered a database
        return facets(node, self.driver, self._place.types, self._place.details, self.extract)

    def facets(self, node: str) -> int:
        """An upper bound, told without asking the server: one without a connection is planned, too."""
        return (
            STATEMENTS.get(node, 0)
            + (node == "table" and self.extract.sizes)
            + 3 * (node == "sequence" and self.extract.sizes)
            - (node == "table" and not self.extract.ddl)
        )

    def suspects(self, node: str) -> Suspects | None:
        return self._locked if node == "table" else None

    def _locked(self, kept: Sequence[Listed], error: Skip) -> set[int]:
        """Relations of the slice that another session holds exclusively, and the views over such relations."""
        if error.reason != "lock":
            return set()
        try:
            return {oid for (oid,) in self.driver.rows("locked", {"oids": [each.id for each in kept]})}
        except Skip:
            return set()

    def names_below(self, node: str, database: Scope, schemas: Sequence[str]) -> list[Listed]:
        """The names below several schemas, for a test of what can be read."""
        self.enter(database)
        return self.names.names(node, schemas, EVERYTHING)

    def read(self, node: str, database: Scope, listed: Sequence[Listed]) -> Iterator[tuple[str, Produced]]:
        """The objects of these names, each with its schema."""
        return self.reader(node, database).read(listed)

    # -- entities -------------------------------------------------------------------------------------------------
    def yield_database(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield built.database(self.driver, item, scope)

    def yield_schema(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield built.schema(self.driver, item, scope)

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
        yield other_objects.build(item.data, identity(scope), Scope(scope.path[:2]).fqn)
