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
    if type_ not in _QUERIES:
        return {}
    try:
        return _ask(driver, config, type_, scope, names)
    except (Stop, Fatal):
        return dict.fromkeys(names, "unknown")
    except Skip:  # one name may be none that this server's encoding can express
        if len(names) == 1:
            return {names[0]: "unknown"}
        middle = len(names) // 2
        parts = (names[:middle], names[middle:])
        return {name: answer for part in parts for name, answer in exists(driver, config, type_, scope, part).items()}


def _ask(
    driver: PostgresDriver, config: PostgresConnection, type_: str, scope: Scope, names: list[str]
) -> dict[str, Presence]:
    params: dict[str, Any] = {"names": names}
    if type_ == "Database":
        driver.use(config.first_database)
    elif not _database(driver, config, scope.path[1]):
        return dict.fromkeys(names, "no")
    else:
        driver.use(scope.path[1])
    if len(scope.path) > 2:
        params["schema"] = scope.path[2]
    if type_ in _RELATIONS:
        params["kinds"] = _RELATIONS[type_]
    if type_ == "Trigger":
        params["table"] = scope.path[3]
    found = {row[0] for row in driver.rows(_QUERIES[type_], params)}
    return {name: "yes" if name in found else "no" for name in names}


def _database(driver: PostgresDriver, config: PostgresConnection, name: str) -> bool:
    if driver.database == name and driver.connected:
        return True
    driver.use(config.first_database)
    return bool(driver.rows("exists_database", {"names": [name]}))
