"""Lineage of databases: the objects that each object's data comes from. Walked after the metadata, over the same
schemas."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.lineage import Lineage, LineageLog, LogWatermark
from specs.sources.database.extracts import LineageExtract
from specs.sources.database.schemas import SchemaSource, schema_topology
from specs.topology.node import Item, Node, Outcome, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope

EFFORT = 4
"""A view is read in the time of this many objects of metadata."""


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

    def declared(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The objects of which the recipe declares what feeds them."""
        return iter(())

    def query_logs(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The query log that the recipe names: one item, or none."""
        return iter(())

    def yield_log(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        """Build the account of a query log; what of it could not be read is an outcome."""
        raise NotImplementedError

    def logged(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The objects that statements of the log wrote, or did in what was read of it before; key and name are their
        FQNs without the service's."""
        return iter(())

    def watermarks(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The watermark of the log, behind all that it told: one item, or none."""
        return iter(())

    def yield_watermark(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        """Build the watermark of a query log."""
        raise NotImplementedError

    @abstractmethod
    def yield_lineage(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        """Build the ``Lineage`` of an item; it has the item's FQN. A name in it that fits nothing is an outcome, where
        people wrote it."""


_TOLD: tuple[Stage[LineageSource, Entity], ...] = (Stage(Lineage, LineageSource.yield_lineage),)
_LOGGED = Node("logged_lineage", LineageSource.logged, ranged=True, whole=True, stages=_TOLD)
# What has read the log marks it: the watermark is no unit of its own.
_MARKED = Node("log_watermark", LineageSource.watermarks, ranged=True, whole=True,
               stages=(Stage(LogWatermark, LineageSource.yield_watermark),))  # fmt: skip
LineageSource.topology = schema_topology(
    Node("lineage", LineageSource.targets, ranged=True, stages=_TOLD),
    Node("trigger_table", LineageSource.trigger_tables, passage=True, children=(
        Node("trigger_lineage", LineageSource.triggers, ranged=True, stages=_TOLD),
    )),
    beside=(
        Node("declared_lineage", LineageSource.declared, ranged=True, stages=_TOLD),
        Node("query_log", LineageSource.query_logs, unit=True,
             stages=(Stage(LineageLog, LineageSource.yield_log),), children=(_LOGGED, _MARKED)),
    ),
    effort=EFFORT,
)  # fmt: skip
