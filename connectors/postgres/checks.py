"""The stepwise connection test: each step with its evidence, or with what helps."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from specs.entities.database import Table
from specs.errors import HeadraceError, Retry, Stop
from specs.sources.base import Step
from specs.topology.node import Item, Outcome
from specs.topology.scope import EVERYTHING, Scope

if TYPE_CHECKING:
    from connectors.postgres.metadata import PostgresSource

ENOUGH = 20
"""Views whose definition is read."""


def check(source: PostgresSource) -> Iterator[Step]:
    """Reach, authenticate, list and read a little of everything; ends at the first step that the next ones need."""
    probes = _Probes(source)
    steps: list[tuple[str, Callable[[], str]]] = [
        ("reach the server", probes.reach),
        ("authenticate", probes.authenticate),
        ("list databases", probes.databases),
    ]
    for name, probe in steps:
        step = _run(name, probe)
        yield step
        if not step.ok:
            return
    for database in probes.chosen:
        step = _run(f"enter database {database!r}", lambda name=database: probes.enter(name))  # type: ignore[misc]
        yield step
        if step.ok:
            probes.entered.append(database)
    if not probes.entered:
        return
    yield _run("list schemas", probes.schemas)
    yield _run("list tables and views", probes.tables)
    yield _run("read columns", probes.columns)
    yield _run("read view definitions", probes.views)
    yield _run("read routines", probes.routines)


def _run(name: str, probe: Callable[[], str]) -> Step:
    started = time.monotonic()
    try:
        evidence = probe()
    except HeadraceError as error:
        return Step(name, False, error.what, time.monotonic() - started, error.remedy)
    return Step(name, True, evidence, time.monotonic() - started)


class _Probes:
    def __init__(self, source: PostgresSource) -> None:
        self.source = source
        self.chosen: list[str] = []
        self.entered: list[str] = []
        self.found: list[tuple[Scope, str, str]] = []

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
        place = self.source.root.child(self.entered[0])
        steps = list(self.source.schemas(place, EVERYTHING))
        for step in steps:
            if isinstance(step, Item):
                self.found.append((place.child(step.name), step.name, "schema"))
        if not self.found:
            raise Stop(f"no schema is left to crawl in {self.entered[0]!r}", "", "check extract.metadata.schemas")
        return f"{len(self.found)} to crawl, {len(steps) - len(self.found)} filtered"

    def tables(self) -> str:
        steps = [step for scope, _, _ in self.found for step in self.source.preview("table", scope, EVERYTHING)]
        kept = sum(isinstance(step, Item) for step in steps)
        return f"{kept} to crawl, {len(steps) - kept} filtered"

    def _some(self, kinds: str) -> list[Table]:
        """A few tables of these kinds, read as the crawl reads them. Raises ``Stop`` for one that cannot be read."""
        chosen: list[Table] = []
        for scope, _, _ in self.found:
            for step in islice(self.source.some_tables(scope, kinds, ENOUGH), ENOUGH - len(chosen)):
                if isinstance(step, Outcome):
                    raise Stop(f"{step.fqn}: {step.message or step.reason}", step.fqn, reason=step.reason)
                chosen += [e for e in self.source.yield_table(step, scope.child(step.name)) if isinstance(e, Table)]
            if len(chosen) >= ENOUGH:
                break
        return chosen

    def columns(self) -> str:
        some = self._some("rpf")
        return f"{sum(len(table.columns) for table in some)} columns of {len(some)} tables"

    def views(self) -> str:
        if not self.source.extract.ddl:
            return "not asked for (extract.metadata.ddl)"
        some = self._some("vm")
        return f"{sum(bool(view.view_definition) for view in some)} definitions of {len(some)} views"

    def routines(self) -> str:
        steps = [s for scope, _, _ in self.found for s in self.source.preview("stored_procedure", scope, EVERYTHING)]
        kept = sum(isinstance(step, Item) for step in steps)
        return f"{kept} to crawl, {len(steps) - kept} filtered"
