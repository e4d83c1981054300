"""Lineage of databases: the objects that each object's data comes from. Walked after the metadata, over the same
schemas."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.lineage import Lineage
from specs.sources.database.extracts import LineageExtract
from specs.sources.database.schemas import SchemaSource, schema_topology
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class LineageSource(SchemaSource):
    """Yields one ``Lineage`` per object whose data comes from others. The ends of edges are FQNs that are not looked up
    in the catalog."""

    family = "database"
    asks = LineageExtract
    settings: LineageExtract
    topology: ClassVar[Topology[LineageSource]]

    @abstractmethod
    def targets(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The objects of a schema that tell what data comes from: views, and routines that move data; the key is the
        last part of the FQN, as it stands there."""

    def trigger_tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The tables of a schema that have triggers, or had some of which the catalog tells."""
        return iter(())

    def triggers(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The triggers of a table that move data; the key is the last part of the FQN."""
        return iter(())

    @abstractmethod
    def yield_lineage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Lineage`` of an item; it has the item's FQN."""


_TOLD: tuple[Stage[LineageSource, Entity], ...] = (Stage(Lineage, LineageSource.yield_lineage),)
LineageSource.topology = schema_topology(
    Node("lineage", LineageSource.targets, ranged=True, stages=_TOLD),
    Node("trigger_table", LineageSource.trigger_tables, passage=True, children=(
        Node("trigger_lineage", LineageSource.triggers, ranged=True, stages=_TOLD),
    )),
)  # fmt: skip
