"""Builds objects without an entity type of their own (extensions, collations, servers ...) from their listing."""

from __future__ import annotations

from typing import Any, NamedTuple

from connectors.common.sql.slices import Raw
from connectors.postgres.build.foreign import HIDDEN, read
from connectors.postgres.build.grants import grants
from connectors.postgres.build.relations.rewriting import STATES
from specs import names
from specs.entities.database.objects import DatabaseObject
from specs.entities.dependencies import Dependency


class OtherObjectRow(NamedTuple):
    """One row of their listing; see ``objects.sql``."""

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


def build(raw: Raw, identity: dict[str, Any], database: str) -> DatabaseObject:
    """One object; ``database`` is the FQN of the database that it belongs to."""
    row: OtherObjectRow = raw.listed.data
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
