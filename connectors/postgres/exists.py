"""Asks the server by name whether objects are there."""

from __future__ import annotations

from typing import Any

from connectors.postgres.asked import PostgresAsked
from connectors.postgres.listing import other_objects as others
from specs.errors import Fatal, Skip, Stop
from specs.sources.base import Presence
from specs.topology.scope import Scope

ELSEWHERE = frozenset({"identity", "history", "settings"})
"""Why a server refuses to be believed at all."""
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


def exists(source: PostgresAsked, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
    """``yes`` and ``no`` come from the catalog, which shows every object to every role, under the conditions of the
    listing; a database that nobody may enter, or we may not, answers ``unknown``, one that is gone ``no``. ``scope`` is
    the objects' parent."""
    if type_ not in _QUERIES and type_ != "DatabaseObject":
        return {}
    try:
        return _ask(source, type_, scope, names)
    except (Stop, Fatal) as error:
        if error.reason in ELSEWHERE:
            raise
        return dict.fromkeys(names, "unknown")
    except Skip:  # one name may be none that this server's encoding can express
        if len(names) == 1:
            return {names[0]: "unknown"}
        middle = len(names) // 2
        parts = (names[:middle], names[middle:])
        return {name: answer for part in parts for name, answer in exists(source, type_, scope, part).items()}


def _ask(source: PostgresAsked, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
    if type_ == "Database":
        return _databases(source, names)
    params: dict[str, Any] = {
        "names": names,
        "kinds": _RELATIONS.get(type_),
        "partitions": source.extract.partitions,
        "system": source.extract.system_schemas,
    }
    if len(scope.path) == 1:
        source.driver.use(source.connection.first_database)
    elif not _database(source, scope.path[1]):
        return dict.fromkeys(names, "no")
    else:
        source.driver.use(scope.path[1])
    if len(scope.path) > 2:
        params["schema"] = scope.path[2]
    if type_ == "Trigger":
        params["table"] = scope.path[3]
    if type_ == "DatabaseObject":
        found = others.present(source.driver, scope)
        return {name: "yes" if name in found else "no" for name in names}
    found = {row[0] for row in source.driver.rows(_QUERIES[type_], params)}
    return {name: "yes" if name in found else "no" for name in names}


def _databases(source: PostgresAsked, names: list[str]) -> dict[str, Presence]:
    """A database that takes no connections is there, but cannot be looked into; a template is none of its own."""
    source.driver.use(source.connection.first_database)
    answers: dict[str, Presence] = dict.fromkeys(names, "no")
    for name, entered, shown in source.driver.rows(
        "exists_database", {"names": names, "only": source.connection.database}
    ):
        answers[name] = "unknown" if not entered else "yes" if shown else "no"
    return answers


def _database(source: PostgresAsked, name: str) -> bool:
    if source.driver.database == name and source.driver.connected:
        return True
    return _databases(source, [name])[name] != "no"
