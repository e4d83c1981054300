"""The mapping from our entities to OpenMetadata's create requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from specs import names
from workers.sinks.openmetadata.columns import columns, constraints
from workers.sinks.openmetadata.names import name, parent

Content = Mapping[str, Any]
SERVICES = {
    "postgres": "Postgres", "mysql": "Mysql", "mariadb": "MariaDB", "sqlite": "SQLite", "duckdb": "CustomDatabase"
}  # fmt: skip
"""OpenMetadata's service types by connector; all others become ``CustomDatabase``."""
TABLES = {
    "view": "View", "materialized_view": "MaterializedView", "external": "External", "foreign": "Foreign",
    "partitioned": "Partitioned", "temporary": "Local",
}  # fmt: skip
"""OpenMetadata's table types by ours; all others become ``Regular``."""
LANGUAGES = {"sql": "SQL", "plpgsql": "SQL", "java": "Java", "javascript": "JavaScript", "plv8": "JavaScript",
             "python": "Python", "plpython3u": "Python"}  # fmt: skip
PATHS = {
    "Service": "services/databaseServices", "Database": "databases", "Schema": "databaseSchemas", "Table": "tables",
    "StoredProcedure": "storedProcedures",
}  # fmt: skip
"""API paths by entity type. OpenMetadata has no place for sequences, user types, triggers and other objects, which are
left out."""


def request(type_: str, content: Content, service_type: str) -> dict[str, Any]:
    """The create request of one entity; ``service_type`` as OpenMetadata spells it."""
    made = _common(content)
    made.update(_MAKE[type_](content))
    if type_ == "Service":
        made["serviceType"] = service_type
    return made


def _common(content: Content) -> dict[str, Any]:
    own = names.split(content["fqn"])[-1]
    made = {"name": name(own)}
    shown = content.get("display_name") or (own if made["name"] != own else None)
    if shown:
        made["displayName"] = shown
    if content.get("comment"):
        made["description"] = content["comment"]
    return made


def _service(content: Content) -> dict[str, Any]:
    return {}


def _database(content: Content) -> dict[str, Any]:
    return {"service": parent(content["fqn"])}


def _schema(content: Content) -> dict[str, Any]:
    return {"database": parent(content["fqn"])}


def _table(content: Content) -> dict[str, Any]:
    made: dict[str, Any] = {
        "databaseSchema": parent(content["fqn"]), "tableType": TABLES.get(content["table_type"], "Regular"),
        "columns": columns(content),
    }  # fmt: skip
    if found := constraints(content):
        made["tableConstraints"] = found
    if text := content.get("view_definition") or content.get("ddl"):
        made["schemaDefinition"] = text
    if content.get("location"):
        made["locationPath"] = content["location"]
    partitioning = content.get("partitioning")
    if partitioning and partitioning.get("columns"):
        strategy = partitioning["strategy"]
        kind = "TIME-UNIT" if strategy == "range" else "COLUMN-VALUE"  # as OpenMetadata's own ingestion does
        made["tablePartition"] = {
            "columns": [
                {"columnName": name(column), "intervalType": kind, "interval": strategy}
                for column in partitioning["columns"]
            ]
        }
    return made


def _procedure(content: Content) -> dict[str, Any]:
    language = LANGUAGES.get(str(content.get("language") or "sql").lower(), "External")
    return {
        "databaseSchema": parent(content["fqn"]),
        "storedProcedureCode": {"language": language, "code": content.get("code") or ""},
    }


_MAKE: Mapping[str, Callable[[Content], dict[str, Any]]] = {
    "Service": _service, "Database": _database, "Schema": _schema, "Table": _table, "StoredProcedure": _procedure
}  # fmt: skip
