"""Asks the server by name whether objects are there."""

from __future__ import annotations

from typing import Any

from connectors.postgres.connection import PostgresConnection
from connectors.postgres.driver import PostgresDriver
from specs.errors import Fatal, Skip, Stop
from specs.sources.base import Presence
from specs.topology.scope import Scope

_RELATIONS = {"Table": ["r", "p", "v", "m", "f"], "Sequence": ["S"]}
_QUERIES = {
    "Database": "exists_database",
    "Schema": "exists_schema",
    "Table": "exists_relation",
    "Sequence": "exists_relation",
    "UserType": "exists_type",
    "StoredProcedure": "exists_routine",
    "Trigger": "exists_trigger",
}


def exists(
    driver: PostgresDriver, config: PostgresConnection, type_: str, scope: Scope, names: list[str]
) -> dict[str, Presence]:
    """``yes`` and ``no`` come from the catalog, which shows every object to every role; a database that we may not
    enter answers ``unknown``, one that is gone ``no``. ``scope`` is the objects' parent."""
    query = _QUERIES.get(type_)
    if query is None:
        return {}
    params: dict[str, Any] = {"names": names}
    try:
        if type_ == "Database":
            driver.use(config.first_database)
        else:
            if not _database(driver, config, scope.path[1]):
                return dict.fromkeys(names, "no")
            driver.use(scope.path[1])
        if len(scope.path) > 2:
            params["schema"] = scope.path[2]
        if type_ in _RELATIONS:
            params["kinds"] = _RELATIONS[type_]
        if type_ == "Trigger":
            params["table"] = scope.path[3]
        found = {row[0] for row in driver.rows(query, params)}
    except (Stop, Skip, Fatal):
        return dict.fromkeys(names, "unknown")
    return {name: "yes" if name in found else "no" for name in names}


def _database(driver: PostgresDriver, config: PostgresConnection, name: str) -> bool:
    if driver.database == name and driver.connected:
        return True
    driver.use(config.first_database)
    return bool(driver.rows("exists_database", {"names": [name]}))
