"""Search services: the topology and the abstract source."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.services.search import SearchIndex, SearchTemplate
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class SearchSource(ServiceSource):
    """Walks index templates and indexes."""

    family = "search"
    topology: ClassVar[Topology[SearchSource]]

    @abstractmethod
    def indexes(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Indexes and data streams of the service; the key is the name."""

    @abstractmethod
    def yield_index(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``SearchIndex`` of an item."""

    def templates(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return iter(())

    def yield_template(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield SearchTemplate(**identity(scope), **item.data)


SearchSource.topology = Topology(service_node(
    Node("template", SearchSource.templates, ranged=True, stages=(Stage(SearchTemplate, SearchSource.yield_template),)),
    Node("index", SearchSource.indexes, ranged=True, stages=(Stage(SearchIndex, SearchSource.yield_index),)),
))  # fmt: skip
