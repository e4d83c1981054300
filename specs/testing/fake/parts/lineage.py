"""The lineage of the fake service: a part over the schemas of its metadata. The service tells it by itself, so that the
catalog is not asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specs.entities.base import Entity
from specs.entities.lineage import ColumnFlow, ColumnSource, Edge, Flow, Lineage
from specs.sources.database.lineage import LineageSource
from specs.sources.database.metadata import identity
from specs.testing.fake.estate import Estate, FakeNames
from specs.testing.fake.listings import FakeListings
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope


class FakeLineage(FakeListings, LineageSource):
    """What feeds some tables of the fake service."""

    part = "lineage"

    def targets(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._read("lineage", scope, span)

    def yield_lineage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self.faults.strike("build", scope.fqn)
        yield lineage(self.estate, scope, self.estate.names("table", Scope(scope.path[:-1])))


def lineage(estate: Estate, scope: Scope, listing: FakeNames) -> Lineage:
    """What feeds the table at ``scope``: the two tables before it, or the one just before it once it has changed. The
    first is fed by the last, so that there are cycles."""
    schema, index, count = Scope(scope.path[:-1]), listing.index(scope.name) or 0, listing.count
    steps = range(1, 2 if estate.changed(scope.fqn) else 3)
    sources = sorted({schema.child(listing.name((index - step) % count)).fqn for step in steps}) if count else []
    of_key = tuple(ColumnSource(source=each, column="id", transformation="aggregate") for each in sources)
    flow = Flow(
        target=scope.fqn,
        edges=tuple(Edge(source=each) for each in sources),
        columns=(ColumnFlow(column="id", sources=of_key, expression="max(id)"),) if estate.config.columns else (),
    )
    return Lineage(**identity(scope), flows=(flow,))
