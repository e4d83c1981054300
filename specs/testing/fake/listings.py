"""What the sources of the fake service share: the connection, the way down, ordered listings read in slices."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar

from specs import names
from specs.contracts.positions import SourcePosition
from specs.errors import HeadraceError, Retry, Skip
from specs.sources.base import Along, Presence, Step
from specs.sources.database.metadata import OTHERS
from specs.sources.database.schemas import SchemaSource
from specs.testing.fake.config import FakeConnection
from specs.testing.fake.estate import Estate
from specs.testing.fake.faults import Faults, Gone
from specs.testing.fake.line import Lines
from specs.topology.node import Item, Outcome, Produced
from specs.topology.scope import KeyRange, Scope

NODES = {"Database": "database", "Schema": "schema", "Table": "table", "StoredProcedure": "stored_procedure"}
NODES |= {"Sequence": "sequence", "UserType": "type", "Usage": "usage", "Lineage": "lineage"}
"""The node that lists each entity type."""
_TYPES = {node: type_ for type_, node in NODES.items()} | dict.fromkeys(OTHERS, "DatabaseObject")
_FACETS = {"table": 2, "stored_procedure": 1, "sequence": 1, "type": 1, "usage": 1, "lineage": 1} | dict.fromkeys(
    OTHERS, 0
)


class FakeListings(SchemaSource):
    """Reads listings of the fake service. Memory is one slice, however many objects there are.

    ``part`` chooses the faults that strike: those of other parts leave this one alone.
    """

    service_type = "fake"
    part: ClassVar[str]
    config: FakeConnection

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.estate = Estate(self.config)
        self.faults = Faults(self.config, self.limits.statement_timeout, self.part)
        self._lines = Lines(self.config)

    def identity(self) -> str:
        self._connect()
        server = self._lines.server
        return f"fake:{server.identity}" if server is not None and server.identity else self.config.endpoint()

    def position(self) -> SourcePosition | None:
        self._connect()
        return self._lines.position()

    def _connect(self) -> None:
        """What there is depends on the server that the connection reaches."""
        if self._lines.connect():
            self.estate = Estate(self._lines.config())
            self.connected()

    def close(self) -> None:
        self._lines.close()

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        for produced in self._read("database", scope, span):
            if isinstance(produced, Item):
                produced = Item(produced.key, produced.name, {"encoding": "UTF8"})
            yield produced

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        for produced in self._read("schema", scope, span):
            if isinstance(produced, Item):
                below = self.estate.size(scope.child(produced.name))
                factor = self.config.estimates
                estimate = None if factor is None else int(below * factor)
                produced = Item(produced.key, produced.name, {"comment": f"about {produced.name}"}, estimate)
            yield produced

    def _with_data(self, node: str, scope: Scope, span: KeyRange, data: Any) -> Iterator[Produced]:
        for produced in self._read(node, scope, span):
            yield Item(produced.key, produced.name, data) if isinstance(produced, Item) else produced

    def _read(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """One listing: the names, and per slice of kept names its facets."""
        faults = self.faults.listing(node, scope.fqn)
        self._again()
        self.statements += 1
        listing = self.estate.listing(node, scope, span)
        count = 0
        if faults:
            self.faults.strike_listing(faults, 0)
        while slice_ := list(islice(listing, min(self.reading.slice, self.config.page or self.reading.slice))):
            if self.config.latency:
                time.sleep(self.config.latency / 1000)
            self._through(len(slice_), scope)
            page = [self._filtered(node, scope, name) or Item(name, name) for name in slice_]
            if any(isinstance(produced, Item) for produced in page):
                self.statements += _FACETS.get(node, 0)
            for produced in page:
                yield self._facets(node, scope, produced) if isinstance(produced, Item) else produced
                count += 1
                if faults:
                    self.faults.strike_listing(faults, count)

    def _again(self) -> None:
        if self.config.reconnects:
            self._lines.close()
        self._connect()

    def _through(self, objects: int, scope: Scope) -> None:
        if self.config.line is not None and objects > self.config.line:
            raise Retry("the connection was cut", scope.fqn, reason="connection")

    def _facets(self, node: str, scope: Scope, item: Item) -> Produced:
        fqn = names.child(scope.fqn, item.name)
        if node in _FACETS:
            refusal = self.reading.before(node, scope, item.key)
            if refusal:
                return Outcome("failed", _TYPES[node], fqn, item.key, "poison", refusal)
        try:
            self.faults.strike("read", fqn)
        except Gone:
            return Outcome("gone", _TYPES[node], fqn, item.key, "dropped", "it was dropped while it was read")
        except Skip as error:
            return Outcome("failed", _TYPES[node], fqn, item.key, error.reason, str(error))
        return item

    def _filtered(self, node: str, scope: Scope, name: str) -> Outcome | None:
        kind = {"database": "databases", "schema": "schemas", "stored_procedure": "stored_procedures"}.get(node)
        kind = "objects" if node in OTHERS else kind
        if node == "table":
            kind = "views" if self.estate.is_view(scope, name) else "tables"
        rule = self.extract.rule(kind, name) if kind else None
        return Outcome("filtered", _TYPES[node], names.child(scope.fqn, name), name, rule) if rule else None

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        self._again()
        self.statements += 1
        self._through(len(names), scope)
        if scope.fqn in self.faults.denied:
            return dict.fromkeys(names, "unknown")
        return {name: self._exists(type_, scope, name) for name in names}

    def fingerprint(self, scope: Scope) -> str | None:
        return self.config.grants

    def cancel(self) -> None:
        self.faults.cancel()

    def check(self) -> Iterator[Step]:
        yield Step("reach the server", True, self.config.endpoint())
        try:
            count = sum(1 for _ in self.databases(self.root, KeyRange()))
        except HeadraceError as error:
            yield Step("list databases", False, error.what, remedy=error.remedy or "try again")
            return
        yield Step("list databases", count > 0, f"{count} databases", remedy="" if count else "set databases: 1")

    def _exists(self, type_: str, scope: Scope, name: str) -> Presence:
        if scope.child(name).fqn in self.config.hidden:
            return "unknown"
        node = NODES.get(type_)
        if type_ == "DatabaseObject" and len(scope.path) <= len(OTHERS):
            node = OTHERS[len(scope.path) - 1]
        if node is None:
            return "unknown"
        return "yes" if self.estate.holds(node, scope, name) else "no"

    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        if node not in _FACETS:
            yield from super().preview(node, scope, span)
            return
        if not self.lists(node):
            return
        self.statements += 1
        for name in self.estate.listing(node, scope, span):
            yield self._filtered(node, scope, name) or Item(name, name, self._along(node, scope.child(name)))

    def _along(self, node: str, scope: Scope) -> Along | None:
        """What an object brings along, for a preview."""
        return None

    def facets(self, node: str) -> int:
        return _FACETS.get(node, 0)

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]:
        if node not in _FACETS:
            return
        self.statements += 1
        known = self.estate.names(node, scope)
        indexes = known.span(span)
        for index in range(indexes.start + size - 1, indexes.stop - 1, size):
            yield known.name(index)

    def lists(self, node: str) -> bool:
        return node not in OTHERS or self.config.objects > 0
