"""Usage of databases: how often objects were queried, and by how many users. Walked after the metadata, over the same
schemas."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from pydantic import Field

from specs.config import Duration, StrictModel
from specs.entities.base import Entity
from specs.entities.usage import Usage
from specs.sources.database.schemas import SchemaSource, schema_topology
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class UsageExtract(StrictModel):
    """What usage of a database to extract."""

    window: Duration = Field(default=7 * 86400.0, description="How far to look back, in whole days of UTC.")

    @property
    def days(self) -> int:
        """Whole days of the window, one at least."""
        return max(1, round(self.window / 86400))


class UsageSource(SchemaSource):
    """Yields one ``Usage`` per object that was queried within the window."""

    family = "database"
    asks = UsageExtract
    settings: UsageExtract
    topology: ClassVar[Topology[UsageSource]]

    @abstractmethod
    def used(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Objects of a schema that were queried; the key is the name."""

    @abstractmethod
    def yield_usage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """Build the ``Usage`` of an item; it has the item's FQN."""


UsageSource.topology = schema_topology(
    Node("usage", UsageSource.used, ranged=True, stages=(Stage(Usage, UsageSource.yield_usage),)),
)  # fmt: skip
