"""Messaging services: the topology and the abstract source."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.services.messaging import ConsumerGroup, Topic
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class MessagingSource(ServiceSource):
    """Walks topics, and consumer groups where the service has them."""

    family = "messaging"
    topology: ClassVar[Topology[MessagingSource]]

    @abstractmethod
    def topics(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Topics of the service; the key is the name."""

    @abstractmethod
    def yield_topic(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Topic`` of an item with the schemas of its messages."""

    def consumer_groups(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return iter(())

    def yield_consumer_group(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield ConsumerGroup(**identity(scope), **item.data)


MessagingSource.topology = Topology(service_node(
    Node("topic", MessagingSource.topics, ranged=True, stages=(Stage(Topic, MessagingSource.yield_topic),)),
    Node("consumer_group", MessagingSource.consumer_groups, ranged=True,
         stages=(Stage(ConsumerGroup, MessagingSource.yield_consumer_group),)),
))  # fmt: skip
