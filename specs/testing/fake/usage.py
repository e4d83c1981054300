"""The usage of the fake service: a second part, over the schemas of the first one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specs.entities.base import Entity
from specs.sources.database.usage import UsageSource
from specs.testing.fake import build
from specs.testing.fake.listings import FakeListings
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope


class FakeUsage(FakeListings, UsageSource):
    """Who queried the fake service: some of its tables, over the days of the window."""

    part = "usage"

    def used(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._read("usage", scope, span)

    def yield_usage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self.faults.strike("build", scope.fqn)
        yield build.usage(self.estate, scope, self.settings.days)
