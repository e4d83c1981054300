"""Dashboard services: the topology and the abstract source. A plain connector fills in two methods besides identity
and existence; charts and data models are for tools that list them on their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from pydantic import Field

from specs.config import Filter, Selection, Switch
from specs.entities.base import Entity
from specs.entities.services.dashboard import Chart, Dashboard, DataModel
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class DashboardExtract(Selection):
    """What of a tool that draws dashboards to extract. A filter sees the tool's own id of an object."""

    dashboards: Switch = Field(default=Filter(), description="Which dashboards; true for all, false for none.")
    charts: Switch = Field(default=Filter(), description="Which charts; true for all, false for none.")
    data_models: Switch = Field(default=Filter(), description="Which data models; true for all, false for none.")


class DashboardSource(ServiceSource):
    """Walks data models, charts and dashboards, in that order, so that an object comes after those that it refers
    to."""

    family = "dashboard"
    selects = DashboardExtract
    extract: DashboardExtract
    topology: ClassVar[Topology[DashboardSource]]

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


DashboardSource.topology = Topology(service_node(
    Node("data_model", DashboardSource.data_models, ranged=True,
         stages=(Stage(DataModel, DashboardSource.yield_data_model),)),
    Node("chart", DashboardSource.charts, ranged=True, stages=(Stage(Chart, DashboardSource.yield_chart),)),
    Node("dashboard", DashboardSource.dashboards, ranged=True,
         stages=(Stage(Dashboard, DashboardSource.yield_dashboard),)),
))  # fmt: skip
