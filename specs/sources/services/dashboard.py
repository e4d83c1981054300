"""Dashboard services: the topology and the abstract source. A plain connector fills in two methods besides identity
and existence; charts and data models are for tools that list them on their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator

from specs.entities.base import Entity
from specs.entities.services.dashboard import Chart, Dashboard, DataModel
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class DashboardSource(ServiceSource):
    """Walks data models, charts and dashboards, in that order: what is drawn on comes before what draws on it."""

    service_type = "dashboard"

    @abstractmethod
    def dashboards(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Dashboards of the service; the key is the tool's own id, which is the name in the FQN too."""

    @abstractmethod
    def yield_dashboard(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Dashboard`` of an item, with the FQNs of its charts and data models."""

    def charts(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return iter(())

    def data_models(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return iter(())

    def yield_chart(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield Chart(**identity(scope), **item.data)

    def yield_data_model(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield DataModel(**identity(scope), **item.data)

    topology = Topology(service_node(
        Node("data_model", lambda s, scope, span: s.data_models(scope, span), ranged=True,
             stages=(Stage(DataModel, lambda s, item, scope: s.yield_data_model(item, scope)),)),
        Node("chart", lambda s, scope, span: s.charts(scope, span), ranged=True,
             stages=(Stage(Chart, lambda s, item, scope: s.yield_chart(item, scope)),)),
        Node("dashboard", lambda s, scope, span: s.dashboards(scope, span), ranged=True,
             stages=(Stage(Dashboard, lambda s, item, scope: s.yield_dashboard(item, scope)),)),
    ))  # fmt: skip
