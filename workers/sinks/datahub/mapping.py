"""From our entities to DataHub's aspects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from specs import names
from specs.entities.database import DataType
from workers.sinks.datahub.urns import Names

Content = Mapping[str, Any]
PLATFORMS = {"postgres": "postgres", "mysql": "mysql", "mariadb": "mariadb", "sqlite": "sqlite", "duckdb": "duckdb"}
KINDS = {"Database": "container", "Schema": "container", "Table": "dataset"}
"""What our types are there. Services, routines, sequences, types and triggers are left out."""
SUBTYPES = {"view": "View", "materialized_view": "Materialized View"}
_NUMBERS = (
    DataType.TINYINT, DataType.SMALLINT, DataType.INT, DataType.BIGINT, DataType.HUGEINT, DataType.DECIMAL,
    DataType.FLOAT, DataType.DOUBLE, DataType.MONEY, DataType.YEAR,
)  # fmt: skip
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(_NUMBERS, "Number"),
    **dict.fromkeys((DataType.BINARY, DataType.VARBINARY, DataType.BLOB, DataType.BIT), "Bytes"),
    **dict.fromkeys((DataType.TIME, DataType.TIMETZ, DataType.TIMESTAMP, DataType.TIMESTAMPTZ), "Time"),
    DataType.BOOLEAN: "Boolean", DataType.DATE: "Date", DataType.ENUM: "Enum", DataType.ARRAY: "Array",
    DataType.MAP: "Map", DataType.STRUCT: "Record", DataType.UNION: "Union",
}  # fmt: skip
"""What is not here is a ``String``; the source's own type stands beside it in any case."""


class Proposal(NamedTuple):
    entity: str
    urn: str
    aspect: str
    value: dict[str, Any]


def proposals(type_: str, fqn: str, content: Content | None, made: Names) -> Iterator[Proposal]:
    """The aspects of one entity; without content that it is gone."""
    kind = KINDS[type_]
    urn = made.dataset(fqn) if kind == "dataset" else made.container(fqn)
    if content is None:
        yield Proposal(kind, urn, "status", {"removed": True})
        return
    aspects = _table(content, made) if kind == "dataset" else _container(type_, content, made)
    for aspect, value in aspects:
        yield Proposal(kind, urn, aspect, value)
    instance = {"platform": made.platform_urn}
    if made.instance:
        instance["instance"] = f"urn:li:dataPlatformInstance:({made.platform_urn},{made.instance})"
    yield Proposal(kind, urn, "dataPlatformInstance", instance)
    if type_ != "Database":
        yield Proposal(kind, urn, "container", {"container": made.container(content["parent"])})
    yield Proposal(kind, urn, "status", {"removed": False})


def _container(type_: str, content: Content, made: Names) -> Iterator[tuple[str, dict[str, Any]]]:
    properties = {"name": content["name"], "env": made.env, "customProperties": {"headrace": content["fqn"]}}
    if content.get("comment"):
        properties["description"] = content["comment"]
    yield "containerProperties", properties
    yield "subTypes", {"typeNames": [type_]}


def _table(content: Content, made: Names) -> Iterator[tuple[str, dict[str, Any]]]:
    fqn, kind = content["fqn"], content["table_type"]
    yield "datasetProperties", {
        "name": content["name"], "qualifiedName": made.name(fqn), "description": content.get("comment", ""),
        "customProperties": {"table_type": kind, "headrace": fqn, **content.get("properties", {})}, "tags": [],
    }  # fmt: skip
    yield "schemaMetadata", _schema(content, made)
    yield "subTypes", {"typeNames": [SUBTYPES.get(kind, "Table")]}
    if content.get("view_definition"):
        yield "viewProperties", {
            "materialized": kind == "materialized_view", "viewLogic": content["view_definition"], "viewLanguage": "SQL"
        }  # fmt: skip


def _schema(content: Content, made: Names) -> dict[str, Any]:
    keys = [each for each in content.get("constraints", ()) if each["kind"] == "primary_key"]
    primary = list(keys[0].get("columns", ())) if keys else []
    found: dict[str, Any] = {
        "schemaName": made.name(content["fqn"]), "platform": made.platform_urn, "version": 0, "hash": "",
        "platformSchema": {"com.linkedin.schema.OtherSchema": {"rawSchema": content.get("ddl") or ""}},
        "fields": [field for each in content.get("columns", ()) for field in _fields(each, "", primary)],
    }  # fmt: skip
    if primary:
        found["primaryKeys"] = primary
    foreign = [each for each in content.get("constraints", ()) if each["kind"] == "foreign_key"]
    foreign = [each for each in foreign if each.get("referred_table")]
    if foreign:
        found["foreignKeys"] = [_foreign(each, content["fqn"], made) for each in foreign]
    return found


def _fields(column: Content, prefix: str, primary: list[str]) -> Iterator[dict[str, Any]]:
    path = f"{prefix}{column['name']}"
    member = f"com.linkedin.schema.{_TYPES.get(column.get('type', 'other'), 'String')}Type"
    found = {
        "fieldPath": path, "nullable": column.get("nullable", True), "nativeDataType": column["native_type"],
        "type": {"type": {member: {}}}, "recursive": False, "isPartOfKey": not prefix and column["name"] in primary,
    }  # fmt: skip
    if column.get("comment"):
        found["description"] = column["comment"]
    yield found
    for child in column.get("children", ()):
        yield from _fields(child, f"{path}.", primary)


def _foreign(key: Content, fqn: str, made: Names) -> dict[str, Any]:
    target = names.build(*names.split(key["referred_table"]))
    return {
        "name": key.get("name") or "_".join(key.get("columns", ())),
        "sourceFields": [made.field(fqn, column) for column in key.get("columns", ())],
        "foreignFields": [made.field(target, column) for column in key.get("referred_columns", ())],
        "foreignDataset": made.dataset(target),
    }
