"""Databases and schemas with their grants, which travel inside the items of units: few do, many are asked for again."""

from __future__ import annotations

import json
from typing import Any

from connectors.postgres.asked import PostgresAsked
from connectors.postgres.build.grants import Acl, grants
from connectors.postgres.build.options import settings
from connectors.postgres.driver.driver import PostgresDriver
from specs import names
from specs.config import MetadataExtract
from specs.entities.access import Grant
from specs.entities.database.tables import Database, Schema
from specs.sources.database.metadata import identity
from specs.topology.node import Item, Outcome, Produced
from specs.topology.scope import Scope

MANY = "grants_apart"
"""Marks an item whose grants are too many to be part of it."""
SET = "settings_apart"
"""The same for settings."""
ROOM, ROOM_OF_SETTINGS = 2000, 1000
"""Characters that grants and settings may take up in an item, as JSON."""


def _granted(acl: Acl, default: Acl) -> dict[str, Any]:
    """What to put into an item's data."""
    found = [grant.model_dump(mode="json", exclude_defaults=True) for grant in grants(acl, default)]
    if len(json.dumps(found)) > ROOM:
        return {MANY: True}
    return {"grants": found} if found else {}


def of_database(texts: list[str] | None, connections: int | None, tablespace: str | None) -> dict[str, Any]:
    """What few databases have: settings for every session, a limit of connections, a tablespace."""
    known = {"connection limit": connections, "tablespace": tablespace}
    properties = {name: str(value) for name, value in known.items() if value is not None}
    data: dict[str, Any] = {"properties": properties} if properties else {}
    found = settings(texts)
    if len(json.dumps(found)) > ROOM_OF_SETTINGS:
        return data | {SET: True}
    return data | ({"settings": found} if found else {})


def item(
    extract: MetadataExtract,
    kind: str,
    type_: str,
    scope: Scope,
    name: str,
    data: dict[str, Any],
    acl: Acl,
    default: Acl,
    estimate: int | None = None,
) -> Produced:
    """A database or schema as it was listed, or the rule that drops it; what is ``None`` is left out of the data."""
    rule = extract.rule(kind, name)
    if rule:
        return Outcome("filtered", type_, names.child(scope.fqn, name), name, rule)
    data |= _granted(acl, default)
    return Item(name, name, {key: value for key, value in data.items() if value is not None}, estimate)


def schema_item(extract: MetadataExtract, scope: Scope, row: tuple[Any, ...]) -> Produced:
    """A schema, from a row of their listing."""
    name, _, owner, comment, estimate, _, acl, default, extension = row
    data = {"owner": owner, "comment": comment, "extension": extension}
    return item(extract, "schemas", "Schema", scope, name, data, acl, default, estimate)


def database(source: PostgresAsked, item: Item, scope: Scope) -> Database:
    source.driver.use(source.connection.first_database)
    fields = _with_grants(item, source.driver, "grants_of_database")
    if fields.pop(SET, False):
        rows = source.driver.rows("settings_of_database", {"name": item.name})
        fields["settings"] = settings(rows[0][0]) if rows else {}
    return Database(**identity(scope), **fields)


def schema(source: PostgresAsked, item: Item, scope: Scope) -> Schema:
    source.driver.use(scope.path[1])
    return Schema(**identity(scope), **_with_grants(item, source.driver, "grants_of_schema"))


def _with_grants(item: Item, driver: PostgresDriver, query: str) -> dict[str, Any]:
    """The fields of an item's entity; ``query`` reads the grants of one container by name."""
    fields = dict(item.data or {})
    if fields.pop(MANY, False):
        rows = driver.rows(query, {"name": item.name})
        fields["grants"] = grants(*rows[0]) if rows else ()
    else:
        fields["grants"] = tuple(Grant(**grant) for grant in fields.get("grants", ()))
    return fields
