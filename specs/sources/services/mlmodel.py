"""Model registries: the topology and the abstract source."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.services.mlmodel import Model
from specs.sources.service import ServiceSource, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class MlModelSource(ServiceSource):
    """Walks models; their versions come with them."""

    family = "mlmodel"
    topology: ClassVar[Topology[MlModelSource]]

    @abstractmethod
    def models(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Registered models; the key is the name."""

    @abstractmethod
    def yield_model(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Model`` of an item, and after it each ``ModelVersion``."""


MlModelSource.topology = Topology(service_node(
    Node("model", MlModelSource.models, ranged=True, stages=(Stage(Model, MlModelSource.yield_model),)),
))  # fmt: skip
