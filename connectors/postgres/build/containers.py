"""Builds databases and schemas from the items of their units, which carry the fields of their entities.

What is too large to travel in an item is marked there and asked for again when the entity is built.
"""

from __future__ import annotations

from typing import Any

from connectors.postgres.build.grants import grants
from connectors.postgres.build.options import settings
from connectors.postgres.driver.driver import PostgresDriver
from specs.entities.access import Grant
from specs.entities.database.tables import Database, Schema
from specs.sources.database.metadata import identity
from specs.topology.node import Item
from specs.topology.scope import Scope

GRANTS_APART = "grants_apart"
"""Marks an item whose grants are too many to be part of it."""
SETTINGS_APART = "settings_apart"
"""Marks an item of a database whose settings are too many to be part of it."""


def database(driver: PostgresDriver, item: Item, scope: Scope) -> Database:
    """Raises ``HeadraceError``, classified, where grants or settings have to be asked for."""
    driver.use(driver.config.first_database)
    fields = _with_grants(item, driver, "grants_of_database")
    if fields.pop(SETTINGS_APART, False):
        rows = driver.rows("settings_of_database", {"name": item.name})
        fields["settings"] = settings(rows[0][0]) if rows else {}
    return Database(**identity(scope), **fields)


def schema(driver: PostgresDriver, item: Item, scope: Scope) -> Schema:
    """Raises ``HeadraceError``, classified, where grants have to be asked for."""
    driver.use(scope.path[1])
    return Schema(**identity(scope), **_with_grants(item, driver, "grants_of_schema"))


def _with_grants(item: Item, driver: PostgresDriver, query: str) -> dict[str, Any]:
    """The fields of an item's entity; ``query`` reads the grants of one container by name."""
    fields = dict(item.data or {})
    if fields.pop(GRANTS_APART, False):
        rows = driver.rows(query, {"name": item.name})
        fields["grants"] = grants(*rows[0]) if rows else ()
    else:
        fields["grants"] = tuple(Grant(**grant) for grant in fields.get("grants", ()))
    return fields
