"""The nodes that metadata, lineage and usage of databases share: from the service down to the schemas."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import TypeVar

from specs.config import MetadataExtract
from specs.entities.base import Entity
from specs.entities.database.tables import Database, Schema
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Produced, Topology
from specs.topology.scope import KeyRange, Scope

S = TypeVar("S", bound="SchemaSource")


class SchemaSource(ServiceSource):
    """Lists databases and schemas. Their items have their entity's fields as JSON data, because they become units."""

    extract: MetadataExtract

    @abstractmethod
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Databases of the server; the key is the name."""

    @abstractmethod
    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Schemas of a database, with an estimate of the objects below; the key is the name."""

    def yield_database(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield Database(**identity(scope), **(item.data or {}))

    def yield_schema(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield Schema(**identity(scope), **(item.data or {}))


def schema_topology(*children: Node[S], beside: tuple[Node[S], ...] = (), effort: int = 1) -> Topology[S]:
    """service -> database -> schema -> ``children``, for a part other than metadata: all nodes above ``children`` are
    passages. ``beside`` are nodes below the service, in front of its databases. ``effort`` see
    ``Topology``."""
    schema = Node("schema", SchemaSource.schemas, unit=True, ranged=True, passage=True, children=children)
    database = Node("database", SchemaSource.databases, unit=True, passage=True, children=(schema,))
    return Topology(service_node(*beside, database, passage=True), effort)
