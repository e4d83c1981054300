"""The metadata of the fake service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specs.entities.base import Entity
from specs.errors import Skip
from specs.service_spec import METADATA
from specs.sources.base import Along, Presence
from specs.sources.database.metadata import DatabaseSource
from specs.testing.fake import build
from specs.testing.fake.estate import share
from specs.testing.fake.listings import FakeListings
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope


class FakeSource(FakeListings, DatabaseSource):
    """What the fake service holds: its metadata."""

    part = METADATA

    def version(self) -> str | None:
        return "1.0"

    # -- listings -------------------------------------------------------------------------------------------------
    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._read("table", scope, span)

    def stored_procedures(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        for produced in self._read("stored_procedure", scope, span):
            if isinstance(produced, Item):
                argument = produced.name.partition("(")[2].rstrip(")")
                data = {"kind": "function", "language": "sql", "code": "SELECT 1", "returns": "integer"}
                produced = Item(produced.key, produced.name, data | {"arguments": [{"native_type": argument}]})
            yield produced

    def sequences(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._with_data("sequence", scope, span, {"native_type": "bigint", "start": 1, "increment": 1})

    def types(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._with_data("type", scope, span, {"kind": "enum", "labels": ["low", "high"]})

    def service_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._others("service_object", scope, span)

    def database_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._others("database_object", scope, span)

    def schema_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._others("schema_object", scope, span)

    def _others(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._with_data(node, scope, span, {"kind": "collation"}) if self.lists(node) else iter(())

    # -- entities -------------------------------------------------------------------------------------------------
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """As ``DatabaseSource.yield_table``. Raises ``Skip`` for the fraction of tables that ``config.broken`` asks
        for."""
        fqn = scope.fqn
        self.faults.strike("build", fqn)
        if self.config.broken and share(self.config.seed, "broken", fqn) < self.config.broken:
            raise Skip("the object is broken", fqn, "mend it", reason="broken")
        yield build.table(self.estate, scope, self.estate.names("table", Scope(scope.path[:-1])))
        if self._has_trigger(scope):
            yield build.trigger(scope)

    def yield_schema(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self.faults.strike("build", scope.fqn)
        return super().yield_schema(item, scope)

    def yield_database(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self.faults.strike("build", scope.fqn)
        return super().yield_database(item, scope)

    def _along(self, node: str, scope: Scope) -> Along | None:
        return Along({"Trigger": 1}) if node == "table" and self._has_trigger(scope) else None

    def _has_trigger(self, scope: Scope) -> bool:
        config = self.config
        return config.triggers > 0 and share(config.seed, "trigger", scope.path) < config.triggers

    # -- questions ------------------------------------------------------------------------------------------------
    def _exists(self, type_: str, scope: Scope, name: str) -> Presence:
        if type_ == "Trigger" and scope.child(name).fqn not in self.config.hidden:
            table = self._exists("Table", Scope(scope.path[:-1]), scope.name)
            return table if table != "yes" else "yes" if name == "stamp" and self._has_trigger(scope) else "no"
        return super()._exists(type_, scope, name)
