"""Database services: the topology and the abstract source. A simple connector implements four methods."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.database.objects import DatabaseObject
from specs.entities.database.routines import StoredProcedure
from specs.entities.database.tables import Database, Schema, Sequence, Table, UserType
from specs.sources.database.schemas import SchemaSource
from specs.sources.service import identity, service_node
from specs.topology.node import Item, Node, Outcome, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope

__all__ = ["DatabaseSource", "identity"]


OTHERS = ("service_object", "database_object", "schema_object")
"""The nodes of objects of other kinds: of the service, of a database, of a schema."""


class DatabaseSource(SchemaSource):
    """Walks databases, schemas and their objects.

    Producers yield ``Item`` ordered by key, and ``Outcome`` for filtered and unreadable objects. Items of databases and
    schemas have their entity's fields as JSON data (``{"comment": ..., "owner": ...}``), because they become units.
    """

    family = "database"
    topology: ClassVar[Topology[DatabaseSource]]

    @abstractmethod
    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Relations of all kinds below a schema; the key is the name."""

    @abstractmethod
    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        """Build the ``Table`` of an item, and after it its secondary entities (triggers), with an ``Outcome`` for those
        that could not be read."""

    def stored_procedures(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Routines of a schema; key and name are the name plus argument types: ``tax(numeric, text)``."""
        return iter(())

    def types(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return iter(())

    def sequences(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return iter(())

    def service_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Objects of other kinds that belong to the server as a whole; key and name are kind and name."""
        return iter(())

    def database_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Objects of other kinds beside the schemas of a database: ``extension hstore``."""
        return iter(())

    def schema_objects(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """Objects of other kinds in a schema: ``collation german``."""
        return iter(())

    def yield_object(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield DatabaseObject(**identity(scope), **item.data)

    def yield_type(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield UserType(**identity(scope), **item.data)

    def yield_sequence(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield Sequence(**identity(scope), **item.data)

    def yield_stored_procedure(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield StoredProcedure(**identity(scope), **item.data)

    def lists(self, node: str) -> bool:
        own, none = (getattr(cls, f"{node}s", None) for cls in (type(self), DatabaseSource))
        return node not in OTHERS or own is not none


DatabaseSource.topology = Topology(service_node(
    Node("service_object", DatabaseSource.service_objects, ranged=True,
         stages=(Stage(DatabaseObject, DatabaseSource.yield_object),)),
    Node("database", DatabaseSource.databases, unit=True,
         stages=(Stage(Database, DatabaseSource.yield_database),), children=(
        Node("database_object", DatabaseSource.database_objects, ranged=True,
             stages=(Stage(DatabaseObject, DatabaseSource.yield_object),)),
        Node("schema", DatabaseSource.schemas, unit=True, ranged=True,
             stages=(Stage(Schema, DatabaseSource.yield_schema),), children=(
            Node("type", DatabaseSource.types, ranged=True, stages=(Stage(UserType, DatabaseSource.yield_type),)),
            Node("sequence", DatabaseSource.sequences, ranged=True,
                 stages=(Stage(Sequence, DatabaseSource.yield_sequence),)),
            Node("table", DatabaseSource.tables, ranged=True, stages=(Stage(Table, DatabaseSource.yield_table),)),
            Node("stored_procedure", DatabaseSource.stored_procedures, ranged=True,
                 stages=(Stage(StoredProcedure, DatabaseSource.yield_stored_procedure),)),
            Node("schema_object", DatabaseSource.schema_objects, ranged=True,
                 stages=(Stage(DatabaseObject, DatabaseSource.yield_object),)),
        )),
    )),
))  # fmt: skip
