"""Usage of databases: how often objects were queried, and by whom. Walked after the metadata, day by day."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.lineage import LogWatermark
from specs.entities.usage import Usage, UsageDay
from specs.sources.database.extracts import UsageExtract
from specs.sources.service import ServiceSource, service_node
from specs.topology.node import Item, Node, Outcome, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class UsageSource(ServiceSource):
    """Yields a ``UsageDay`` for each day of the window, and one ``Usage`` for each object that was used on it. Days are
    units, which any worker may take."""

    family = "database"
    asks = UsageExtract
    settings: UsageExtract
    topology: ClassVar[Topology[UsageSource]]

    @abstractmethod
    def days(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The days to read; key and name are ISO dates."""

    @abstractmethod
    def yield_day(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        """Build the ``UsageDay`` of an item; what of its log could not be read is an outcome."""

    @abstractmethod
    def used(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Objects that were used on a day, or were in what was read of it before; key and name are their FQNs without
        the service's."""

    @abstractmethod
    def yield_usage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Usage`` of an item on its day."""

    def day_watermarks(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The watermark of a day, behind all that was told of it: one item, or none."""
        return iter(())

    def yield_day_watermark(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the watermark of a day."""
        raise NotImplementedError


_USAGE = Node("usage", UsageSource.used, ranged=True, whole=True,
              stages=(Stage(Usage, UsageSource.yield_usage),))  # fmt: skip
_MARKED = Node("day_watermark", UsageSource.day_watermarks, ranged=True, whole=True,
               stages=(Stage(LogWatermark, UsageSource.yield_day_watermark),))  # fmt: skip
UsageSource.topology = Topology(service_node(
    Node("day", UsageSource.days, unit=True, ranged=True,
         stages=(Stage(UsageDay, UsageSource.yield_day),), children=(_USAGE, _MARKED)),
    passage=True,
))  # fmt: skip
