"""Lineage of databases: the objects that each object's data comes from. Walked after the metadata, over the same
schemas."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.lineage import Lineage
from specs.sources.database.schemas import SchemaSource, schema_topology
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class LineageSource(SchemaSource):
    """Yields one ``Lineage`` per object whose data comes from others. The ends of edges are FQNs that are not looked up
    in the catalog."""

    family = "database"
    topology: ClassVar[Topology[LineageSource]]

    @abstractmethod
    def targets(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The objects of a schema whose data comes from others; the key is the name."""

    @abstractmethod
    def yield_lineage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Lineage`` of an item; it has the item's FQN."""


LineageSource.topology = schema_topology(
    Node("lineage", LineageSource.targets, ranged=True, stages=(Stage(Lineage, LineageSource.yield_lineage),)),
)  # fmt: skip
