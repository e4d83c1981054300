"""Relations of a catalog, made by hand."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from connectors.common.sql.lineage.naming import rules_of
from connectors.common.sql.lineage.relations import KnownRelations
from connectors.common.sql.lineage.views.definitions import definition
from connectors.common.sql.lineage.views.reader import DefinitionReader
from specs import names
from specs.contracts.parts.resolver import NameQuery
from specs.entities.base import Entity
from specs.entities.database.tables import Column, Database, Schema, Service, Table, TableType
from specs.entities.dependencies import Dependency
from specs.entities.lineage import Lineage
from specs.errors import Skip
from specs.sources.database.extracts import LineageExtract
from specs.testing.resolver import MemoryResolver


def service(product: str = "postgres", *places: str) -> list[Entity]:
    """The service ``svc`` with databases and schemas, by their FQNs; ``svc.db.main`` where none is given."""
    made: list[Entity] = [Service(fqn="svc", name="svc", service_type=product)]
    for place in places or ("svc.db", "svc.db.main"):
        path = names.split(place)
        kind = Database if len(path) == 2 else Schema
        made.append(kind(fqn=place, name=path[-1], parent=names.build(*path[:-1])))
    return made


def table(fqn: str, columns: Sequence[str] = ("id", "name")) -> Table:
    return _relation(fqn, columns, table_type=TableType.REGULAR)


def view(fqn: str, text: str | None, columns: Sequence[str] = ("id", "name"), depends: Sequence[str] = ()) -> Table:
    depends_on = tuple(Dependency(fqn=each) for each in depends)
    return _relation(fqn, columns, table_type=TableType.VIEW, view_definition=text, depends_on=depends_on)


def _relation(fqn: str, columns: Sequence[str], **fields: object) -> Table:
    path = names.split(fqn)
    made = tuple(Column(name=name, native_type="text", ordinal=at) for at, name in enumerate(columns, 1))
    return Table(fqn=fqn, name=path[-1], parent=names.build(*path[:-1]), columns=made, **fields)  # type: ignore[arg-type]


def read(known: Sequence[Entity], fqn: str, dialect: str = "postgres", **settings: object) -> Lineage | Skip:
    """The lineage of one view of a catalog, read in this process."""
    resolver = MemoryResolver.of(known)
    relations = KnownRelations(resolver, "svc", rules_of(dialect))
    reader = DefinitionReader(LineageAnalyzer(), relations, dialect, LineageExtract.model_validate(settings))
    path = names.split(fqn)
    ((stored,),) = resolver.named([NameQuery(names.build(*path[:-1]), path[-1])])
    (found,) = reader.read([definition(stored)])
    return found
