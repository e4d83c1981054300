"""Lists and builds objects without a type of their own; one statement per level says everything about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from connectors.common.sql.slices import Facet, Listed, Raw, SliceReader
from connectors.postgres.asked import PostgresAsked
from connectors.postgres.build.foreign import HIDDEN, read
from connectors.postgres.build.grants import grants
from connectors.postgres.build.relations.rewriting import STATES
from connectors.postgres.driver.driver import PostgresDriver
from specs import names
from specs.config import MetadataExtract
from specs.entities.database.objects import DatabaseObject
from specs.entities.dependencies import Dependency
from specs.topology.node import Produced
from specs.topology.scope import KeyRange, Scope

NODES = {"service_object": 1, "database_object": 2, "schema_object": 3}
"""The nodes of such objects, and how many parts the path of what they lie in has."""
GIVEN = Facet("given", lambda listed: [(each.id,) for each in listed])
"""The listing has read everything: presence is given, no statement is sent."""
LEFT_OUT = "extension_objects: false"
"""The rule that leaves out what belongs to extensions."""


class _Found(NamedTuple):
    """One row of the listing; see ``objects.sql``."""

    schema: str
    kind: str
    name: str
    oid: int
    owner: str | None
    comment: str | None
    acl: list[str] | None
    default_acl: list[str] | None
    function_schema: str | None
    function: str | None
    state: str
    version: str | None
    options: list[str] | None
    details: dict[str, Any] | None
    extension: str | None

    @property
    def full_name(self) -> str:
        """Kind and name: objects of two kinds may share a name."""
        return f"{self.kind} {self.name}"


def request(driver: PostgresDriver, node: str, schemas: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The listing of a level with its parameters; ``schemas`` are the names of what it lies in, one above schemas."""
    return driver.composed("objects", level=f"{node}s"), {"schemas": list(schemas)}


def listed(
    rows: Iterable[tuple[Any, ...]], schemas: Sequence[str], span: KeyRange, extract: MetadataExtract
) -> list[Listed]:
    """Everything of a level, ordered, from the rows of its listing in ``schemas``."""
    found = []
    for row in map(_Found._make, rows):
        name = row.full_name
        if name in span:
            rule = extract.rule("objects", name)
            if row.extension is not None and not extract.extension_objects:
                rule = LEFT_OUT
            found.append(Listed(row.schema or schemas[0], name, name, (row.kind, row.oid), rule, 1, row))
    found.sort(key=lambda each: each[:2])
    return found


def above_schemas(source: PostgresAsked, node: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
    """The objects of a service or a database."""
    source.driver.use(scope.path[1] if len(scope.path) > 1 else source.connection.first_database)
    rows = source.driver.execute(*request(source.driver, node, [scope.name]))
    found = listed(rows, [scope.name], span, source.extract)
    base = Scope(scope.path[:-1])
    for _, step in SliceReader(source.driver, source.reading, base, node, "DatabaseObject", (GIVEN,)).read(found):
        yield step


def present(driver: PostgresDriver, scope: Scope) -> set[str]:
    """The names of all objects in ``scope``: those that the listing shows."""
    node = next(node for node, depth in NODES.items() if depth == len(scope.path))
    return {_Found._make(row).full_name for row in driver.execute(*request(driver, node, [scope.name]))}


def build(raw: Raw, identity: dict[str, Any], database: str) -> DatabaseObject:
    """One object; ``database`` is the FQN of the database that it belongs to."""
    row: _Found = raw.listed.data
    fields = _details(dict(row.details or {}), database)
    properties = fields.pop("properties")
    properties |= read(row.options)
    if row.state in STATES and row.state != "D":
        properties["state"] = STATES[row.state]
    if row.function is not None and row.function_schema is not None:
        fields["function"] = names.child(names.child(database, row.function_schema), row.function)
    if row.comment is not None:
        fields["comment"] = row.comment
    return DatabaseObject(
        fqn=identity["fqn"],
        parent=identity["parent"],
        name=row.name,
        kind=row.kind,
        owner=row.owner,
        version=row.version,
        enabled=row.state != "D",
        properties=properties,
        extension=row.extension,
        grants=grants(row.acl, row.default_acl),
        **fields,
    )


def _details(details: dict[str, Any], database: str) -> dict[str, Any]:
    """What one kind has and others have not: properties, dependencies, a comment of a shared object."""
    fields: dict[str, Any] = {}
    comment = details.pop("comment", None)
    if comment is not None:
        fields["comment"] = comment
    depends = [_relation(database, *each) for each in details.pop("relations", None) or ()]
    depends += [
        Dependency(fqn=names.child(database, schema), type="Schema") for schema in details.pop("schemas", None) or ()
    ]
    fields["depends_on"] = tuple(depends)
    properties: dict[str, str] = {}
    for user, options in (details.pop("user mappings", None) or {}).items():
        shown = HIDDEN if options is None else ", ".join(f"{k}={v}" for k, v in sorted(read(options).items()))
        properties[f"user mapping {user}"] = shown
    for token, dictionaries in (details.pop("tokens", None) or {}).items():
        properties[f"token {token}"] = dictionaries
    for name, value in details.items():
        if value is not None and value is not False:
            properties[name] = value if isinstance(value, str) else str(value).lower()
    fields["properties"] = properties
    return fields


def _relation(database: str, schema: str, name: str, columns: list[str] | None, condition: str | None) -> Dependency:
    fqn = names.child(names.child(database, schema), name)
    return Dependency(fqn=fqn, columns=tuple(columns or ()), condition=condition)
