"""What metadata, lineage and usage of databases share: the way down to the schemas."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import TypeVar

from specs.entities.base import Entity
from specs.entities.database.tables import Database, Schema
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope

S = TypeVar("S", bound="SchemaSource")


class SchemaSource(ServiceSource):
    """Lists databases and schemas. Their items carry their entity's fields as JSON, since they become units."""

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


def schema_topology(*children: Node[S]) -> Topology[S]:
    """service -> database -> schema -> ``children``."""
    return Topology(service_node(
        Node("database", SchemaSource.databases, unit=True,
             stages=(Stage(Database, SchemaSource.yield_database),), children=(
            Node("schema", SchemaSource.schemas, unit=True, ranged=True,
                 stages=(Stage(Schema, SchemaSource.yield_schema),), children=children),
        )),
    ))  # fmt: skip
