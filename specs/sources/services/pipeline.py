"""Pipeline services: the topology and the abstract source."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.services.pipeline import Pipeline
from specs.sources.service import ServiceSource, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class PipelineSource(ServiceSource):
    """Walks pipelines."""

    family = "pipeline"
    topology: ClassVar[Topology[PipelineSource]]

    @abstractmethod
    def pipelines(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Pipelines of the service; the key is the tool's own id."""

    @abstractmethod
    def yield_pipeline(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Pipeline`` of an item with its tasks, and after it the ``Lineage`` it is known to make."""


PipelineSource.topology = Topology(service_node(
    Node("pipeline", PipelineSource.pipelines, ranged=True, stages=(Stage(Pipeline, PipelineSource.yield_pipeline),)),
))  # fmt: skip
