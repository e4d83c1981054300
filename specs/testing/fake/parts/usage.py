"""The usage of the fake service: a second part, over the schemas of the first one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.usage import Usage
from specs.sources.database.extracts import UsageExtract
from specs.sources.database.schemas import schema_topology
from specs.testing.fake import build
from specs.testing.fake.listings import FakeListings
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class FakeUsage(FakeListings):
    """Who queried the fake service: some of its tables, over the days of the window. Other than a database's it lies
    below schemas, and tells of all days together: parts may have any topology."""

    family = "database"
    part = "usage"
    asks = UsageExtract
    settings: UsageExtract
    topology: ClassVar[Topology[FakeUsage]]

    def used(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._read("usage", scope, span)

    def yield_usage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self.faults.strike("build", scope.fqn)
        yield build.usage(self.estate, scope, self.settings.days)


FakeUsage.topology = schema_topology(
    Node("usage", FakeUsage.used, ranged=True, stages=(Stage(Usage, FakeUsage.yield_usage),)),
)  # fmt: skip
