"""Asks the server by name whether objects exist."""

from __future__ import annotations

from typing import Any

from connectors.postgres.driver.driver import PostgresDriver
from connectors.postgres.listing import other_objects
from specs.config import MetadataExtract
from specs.errors import Fatal, Skip, Stop
from specs.sources.base import Presence
from specs.topology.scope import Scope

ELSEWHERE = frozenset({"identity", "history", "settings"})
"""Reasons of errors after which no answer of this server is evidence."""
_TABLES = ["r", "p", "v", "m", "f"]
_RELATIONS = {"Table": _TABLES, "Trigger": _TABLES, "Sequence": ["S"]}
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
    driver: PostgresDriver, extract: MetadataExtract, type_: str, scope: Scope, names: list[str]
) -> dict[str, Presence]:
    """``yes`` and ``no`` come from the catalog, which shows every object to every role, under the conditions of the
    listing; a database that takes no connections, or none of ours, answers ``unknown``, one that is gone ``no``.
    ``scope`` is the objects' parent.

    Raises ``Retry`` when the connection is lost, and ``Stop`` or ``Fatal`` when this is another server than before, or
    one whose answers prove nothing.
    """
    if type_ not in _QUERIES and type_ != "DatabaseObject":
        return {}
    try:
        return _ask(driver, extract, type_, scope, names)
    except (Stop, Fatal) as error:
        if error.reason in ELSEWHERE:
            raise
        return dict.fromkeys(names, "unknown")
    except Skip:  # this server's encoding cannot express one of the names: the others are asked for without it
        if len(names) == 1:
            return {names[0]: "unknown"}
        middle = len(names) // 2
        halves = [exists(driver, extract, type_, scope, half) for half in (names[:middle], names[middle:])]
        return halves[0] | halves[1]


def _ask(
    driver: PostgresDriver, extract: MetadataExtract, type_: str, scope: Scope, names: list[str]
) -> dict[str, Presence]:
    if type_ == "Database":
        return _databases(driver, names)
    if len(scope.path) == 1:
        driver.use(driver.config.first_database)
    elif not _database(driver, scope.path[1]):
        return dict.fromkeys(names, "no")
    else:
        driver.use(scope.path[1])
    if type_ == "DatabaseObject":
        found = other_objects.present(driver, scope)
    else:
        found = {row[0] for row in driver.rows(_QUERIES[type_], _parameters(extract, type_, scope, names))}
    return {name: "yes" if name in found else "no" for name in names}


def _parameters(extract: MetadataExtract, type_: str, scope: Scope, names: list[str]) -> dict[str, Any]:
    params: dict[str, Any] = {
        "names": names,
        "kinds": _RELATIONS.get(type_),
        "partitions": extract.partitions,
        "system": extract.system_schemas,
    }
    if len(scope.path) > 2:
        params["schema"] = scope.path[2]
    if type_ == "Trigger":
        params["table"] = scope.path[3]
    return params


def _databases(driver: PostgresDriver, names: list[str]) -> dict[str, Presence]:
    """A database that takes no connections is there, but cannot be looked into; a template is none of its own."""
    driver.use(driver.config.first_database)
    answers: dict[str, Presence] = dict.fromkeys(names, "no")
    for name, entered, shown in driver.rows("exists_database", {"names": names, "only": driver.config.database}):
        answers[name] = "unknown" if not entered else "yes" if shown else "no"
    return answers


def _database(driver: PostgresDriver, name: str) -> bool:
    """Whether a database is there; the one that we are connected to is."""
    if driver.database == name and driver.connected:
        return True
    return _databases(driver, [name])[name] != "no"
