"""The mapping from our entities to DataHub's aspects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from specs import names
from specs.entities.database.tables import DataType
from workers.sinks.datahub.urns import UrnNames

Content = Mapping[str, Any]
PLATFORMS = {"postgres": "postgres", "mysql": "mysql", "mariadb": "mariadb", "sqlite": "sqlite", "duckdb": "duckdb"}
KINDS = {"Database": "container", "Schema": "container", "Table": "dataset"}
"""DataHub's entity types by ours. Services, routines, sequences, types, triggers and other objects are left out."""
SUBTYPES = {"view": "View", "materialized_view": "Materialized View"}
_NUMBERS = (
    DataType.TINYINT, DataType.SMALLINT, DataType.INT, DataType.BIGINT, DataType.HUGEINT, DataType.DECIMAL,
    DataType.FLOAT, DataType.DOUBLE, DataType.MONEY, DataType.YEAR,
)  # fmt: skip
_BYTES = (
    DataType.BINARY, DataType.VARBINARY, DataType.BLOB, DataType.BIT, DataType.GEOMETRY, DataType.TSVECTOR,
)  # fmt: skip
_TIMES = (DataType.TIME, DataType.TIMETZ, DataType.TIMESTAMP, DataType.TIMESTAMPTZ, DataType.INTERVAL)
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(_NUMBERS, "Number"),
    **dict.fromkeys(_BYTES, "Bytes"),
    **dict.fromkeys(_TIMES, "Time"),
    DataType.BOOLEAN: "Boolean", DataType.DATE: "Date", DataType.ENUM: "Enum", DataType.ARRAY: "Array",
    DataType.MAP: "Map", DataType.STRUCT: "Record", DataType.UNION: "Union", DataType.JSON: "Record",
}  # fmt: skip
"""DataHub's types by ours; all others become ``String``. The source's own type is always sent beside it."""


class Proposal(NamedTuple):
    entity: str
    urn: str
    aspect: str
    value: dict[str, Any]

    @property
    def key(self) -> tuple[Any, ...]:
        """What a later proposal replaces: the aspect of an object, or where it has a time, that of this time."""
        return self.urn, self.aspect, self.value.get("timestampMillis")


def proposals(type_: str, fqn: str, content: Content | None, made: UrnNames) -> Iterator[Proposal]:
    """Yields the aspects of one entity; without ``content`` the one that marks it as removed."""
    kind = KINDS[type_]
    if type_ == "Database" and made.flat:
        return
    urn = made.dataset(fqn) if kind == "dataset" else made.container(fqn)
    if content is None:
        yield Proposal(kind, urn, "status", {"removed": True})
        return
    aspects = _table(content, made) if kind == "dataset" else _container(type_, content, made)
    for aspect, value in aspects:
        yield Proposal(kind, urn, aspect, value)
    instance = {"platform": made.platform_urn} | ({"instance": made.instance_urn} if made.instance_urn else {})
    yield Proposal(kind, urn, "dataPlatformInstance", instance)
    around = made.containers(fqn)
    if around:
        yield Proposal(kind, urn, "container", {"container": around[-1]})
    path = [{"id": each, "urn": each} for each in filter(None, (made.instance_urn, *around))]
    yield Proposal(kind, urn, "browsePathsV2", {"path": path})
    yield Proposal(kind, urn, "status", {"removed": False})


def _container(type_: str, content: Content, made: UrnNames) -> Iterator[tuple[str, dict[str, Any]]]:
    own = made.bag(content["fqn"]) | {"env": made.env} | ({"instance": made.instance} if made.instance else {})
    properties = {"name": content["name"], "env": made.env, "customProperties": {**own, "headrace": content["fqn"]}}
    if content.get("comment"):
        properties["description"] = content["comment"]
    yield "containerProperties", properties
    yield "subTypes", {"typeNames": ["Database" if made.flat else type_]}


def _table(content: Content, made: UrnNames) -> Iterator[tuple[str, dict[str, Any]]]:
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


def _schema(content: Content, made: UrnNames) -> dict[str, Any]:
    keys = [each for each in content.get("constraints", ()) if each["kind"] == "primary_key"]
    primary = list(keys[0].get("columns", ())) if keys else []
    found: dict[str, Any] = {
        "schemaName": made.schema_name(content["fqn"]), "platform": made.platform_urn, "version": 0, "hash": "",
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
    for child in _members(column):
        yield from _fields(child, f"{path}.", primary)


def _members(column: Content) -> Sequence[Content]:
    """The nested fields of a column. The element of an array and the value of a map are no fields themselves, but their
    fields count."""
    while column.get("type") in (DataType.ARRAY, DataType.MAP) and column.get("children"):
        column = column["children"][-1]
    found: Sequence[Content] = column.get("children", ())
    return found if column.get("type") in (DataType.STRUCT, DataType.UNION) else ()


def _foreign(key: Content, fqn: str, made: UrnNames) -> dict[str, Any]:
    target = names.build(*names.split(key["referred_table"]))
    return {
        "name": key.get("name") or "_".join(key.get("columns", ())),
        "sourceFields": [made.field(fqn, column) for column in key.get("columns", ())],
        "foreignFields": [made.field(target, column) for column in key.get("referred_columns", ())],
        "foreignDataset": made.dataset(target),
    }
