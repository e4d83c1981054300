"""API services: the topology and the abstract source."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.services.api import ApiCollection, ApiEndpoint
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class ApiSource(ServiceSource):
    """Walks collections, each a unit, and their endpoints."""

    family = "api"
    topology: ClassVar[Topology[ApiSource]]

    @abstractmethod
    def collections(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Collections of the service; items carry the fields of their ``ApiCollection`` as JSON."""

    @abstractmethod
    def endpoints(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Endpoints of a collection; key and name are method and path: ``GET /orders/{id}``."""

    @abstractmethod
    def yield_endpoint(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``ApiEndpoint`` of an item."""

    def yield_collection(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield ApiCollection(**identity(scope), **(item.data or {}))


ApiSource.topology = Topology(service_node(
    Node("collection", ApiSource.collections, unit=True,
         stages=(Stage(ApiCollection, ApiSource.yield_collection),), children=(
        Node("endpoint", ApiSource.endpoints, ranged=True, stages=(Stage(ApiEndpoint, ApiSource.yield_endpoint),)),
    )),
))  # fmt: skip
