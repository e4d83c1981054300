"""Object stores and file systems: the topology and the abstract source."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.services.storage import Bucket, Container
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class StorageSource(ServiceSource):
    """Walks buckets, each a unit, and the containers of like files in them."""

    family = "storage"
    topology: ClassVar[Topology[StorageSource]]

    @abstractmethod
    def buckets(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Buckets of the service; items carry the fields of their ``Bucket`` as JSON. The key is the name."""

    @abstractmethod
    def containers(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Containers of a bucket; key and name are the path."""

    @abstractmethod
    def yield_container(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Container`` of an item; only the header and footer of its files are read."""

    def yield_bucket(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield Bucket(**identity(scope), **(item.data or {}))


StorageSource.topology = Topology(service_node(
    Node("bucket", StorageSource.buckets, unit=True, stages=(Stage(Bucket, StorageSource.yield_bucket),), children=(
        Node("container", StorageSource.containers, ranged=True,
             stages=(Stage(Container, StorageSource.yield_container),)),
    )),
))  # fmt: skip
