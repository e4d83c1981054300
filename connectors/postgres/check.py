"""The stepwise connection test: each step with its evidence, or with what helps."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol

from connectors.common.sql.slices import Listed
from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.driver.driver import PostgresDriver
from connectors.postgres.driver.positions import lsn
from specs.config import Limits, MetadataExtract
from specs.contracts.positions import SourcePosition
from specs.entities.base import Entity
from specs.entities.database.tables import Table
from specs.errors import Retry, Stop
from specs.sources.base import Step
from specs.topology.node import Item, Outcome, Produced
from specs.topology.scope import EVERYTHING, KeyRange, Scope

ENOUGH = 20
"""Tables and views that are read."""


class PostgresChecked(Protocol):
    """What the test asks of a source; ``PostgresSource`` is one."""

    connection: PostgresConnection
    driver: PostgresDriver
    extract: MetadataExtract
    limits: Limits

    @property
    def root(self) -> Scope: ...

    def identity(self) -> str: ...

    def position(self) -> SourcePosition | None: ...

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]: ...

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]: ...

    def names_below(self, node: str, database: Scope, schemas: Sequence[str]) -> list[Listed]: ...

    def read(self, node: str, database: Scope, listed: Sequence[Listed]) -> Iterator[tuple[str, Produced]]: ...

    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]: ...

    def steps(self, plan: Sequence[tuple[str, Callable[[], str]]]) -> Iterator[Step]: ...


def check(source: PostgresChecked) -> Iterator[Step]:
    """Reach, authenticate, list and read a little of everything; ends at the first step that the next ones need."""
    probes = _Probes(source)
    for step in source.steps([
        ("reach the server", probes.reach),
        ("authenticate", probes.authenticate),
        ("identify the server", probes.identify),
        ("list databases", probes.databases),
    ]):  # fmt: skip
        yield step
        if not step.ok:
            return
    for database in probes.chosen:
        for step in source.steps([(f"enter database {database!r}", partial(probes.enter, database))]):
            yield step
            if step.ok:
                probes.entered.append(database)
    if not probes.entered:
        return
    for probe in (
        ("list schemas", probes.schemas),
        ("list tables and views", probes.tables),
        ("read columns", probes.columns),
        ("read view definitions", probes.views),
        ("read routines", probes.routines),
    ):
        yield from source.steps([probe])  # each on its own: one that fails does not keep the next from telling more


class _Probes:
    def __init__(self, source: PostgresChecked) -> None:
        self.source = source
        self.chosen: list[str] = []
        self.entered: list[str] = []
        self.found: dict[Scope, list[str]] = {}
        self.listed: dict[Scope, list[Listed]] = {}

    def reach(self) -> str:
        config = self.source.connection
        host, port = config.host, config.port
        try:
            if host.startswith("/"):
                line = socket.socket(socket.AF_UNIX)
                line.settimeout(self.source.limits.connect_timeout)
                with line:
                    line.connect(os.path.join(host, f".s.PGSQL.{port}"))
                return f"the socket in {host} answers"
            with socket.create_connection((host, port), self.source.limits.connect_timeout) as line:
                return f"{line.getpeername()[0]}:{port} answers"
        except OSError as error:
            remedy = "check host and port, the firewall, and that the server listens there (listen_addresses)"
            raise Retry(f"{host}:{port} does not answer: {error.strerror or error}", "", remedy) from None

    def authenticate(self) -> str:
        info = self.source.driver.open().info
        ssl = "encrypted" if self.source.driver.encrypted else "not encrypted"
        return f"PostgreSQL {info.parameter_status('server_version')} as {info.user}, {ssl}"

    def identify(self) -> str:
        known, position = self.source.identity(), self.source.position()
        if position is None:
            return f"{known}; it does not tell how far it is"
        kind = "primary"
        if position.standby:
            lag = "it cannot tell how far" if position.lag is None else f"{position.lag:.0f} s"
            kind = f"standby, {lag} behind"
        return f"{known}, {kind}, at {lsn(position)} on timeline {position.timeline}"

    def databases(self) -> str:
        steps = list(self.source.databases(self.source.root, EVERYTHING))
        self.chosen = [step.name for step in steps if isinstance(step, Item)]
        if not self.chosen:
            raise Stop("no database is left to crawl", "", "check extract.metadata.databases")
        return f"{len(self.chosen)} to crawl, {len(steps) - len(self.chosen)} filtered"

    def enter(self, name: str) -> str:
        driver = self.source.driver
        driver.use(name)
        return f"connected, {driver.open().info.parameter_status('server_encoding')}"

    def schemas(self) -> str:
        dropped = 0
        for database in self.entered:
            place = self.source.root.child(database)
            steps = list(self.source.schemas(place, EVERYTHING))
            self.found[place] = [step.name for step in steps if isinstance(step, Item)]
            dropped += len(steps) - len(self.found[place])
        kept = sum(map(len, self.found.values()))
        if not kept:
            raise Stop("no schema is left to crawl", "", "check extract.metadata.schemas")
        return f"{kept} to crawl, {dropped} filtered"

    def _names(self, node: str) -> str:
        self.listed = {place: self.source.names_below(node, place, schemas) for place, schemas in self.found.items()}
        rules = [each.rule for listed in self.listed.values() for each in listed]
        return f"{rules.count(None)} to crawl, {len(rules) - rules.count(None)} filtered"

    def tables(self) -> str:
        return self._names("table")

    def routines(self) -> str:
        return self._names("stored_procedure")

    def _some(self, kinds: str) -> list[Table]:
        """A few relations of these kinds, read as the crawl reads them. Raises ``Stop`` for one that cannot be."""
        some: list[Table] = []
        for place, listed in self.listed.items():
            kept = [each for each in listed if each.rule is None and each.data[0] in kinds]
            for schema, step in self.source.read("table", place, kept[: ENOUGH - len(some)]):
                if isinstance(step, Outcome):
                    raise Stop(f"{step.fqn}: {step.message or step.reason}", step.fqn, reason=step.reason)
                found = self.source.yield_table(step, place.child(schema).child(step.name))
                some += [entity for entity in found if isinstance(entity, Table)]
        return some

    def columns(self) -> str:
        some = self._some("rpf")
        return f"{sum(len(table.columns) for table in some)} columns of {len(some)} tables"

    def views(self) -> str:
        if not self.source.extract.ddl:
            return "not asked for (extract.metadata.ddl)"
        some = self._some("vm")
        return f"{sum(bool(view.view_definition) for view in some)} definitions of {len(some)} views"
