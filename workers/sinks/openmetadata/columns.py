"""The mapping of columns and constraints to OpenMetadata's format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from specs import names
from specs.entities.database.tables import DataType
from workers.sinks.openmetadata.names import join, name

TYPES: Mapping[str, str] = {
    DataType.BOOLEAN: "BOOLEAN", DataType.TINYINT: "TINYINT", DataType.SMALLINT: "SMALLINT", DataType.INT: "INT",
    DataType.BIGINT: "BIGINT", DataType.HUGEINT: "NUMBER", DataType.DECIMAL: "DECIMAL", DataType.FLOAT: "FLOAT",
    DataType.DOUBLE: "DOUBLE", DataType.MONEY: "NUMBER", DataType.CHAR: "CHAR", DataType.VARCHAR: "VARCHAR",
    DataType.TEXT: "TEXT", DataType.BINARY: "BINARY", DataType.VARBINARY: "VARBINARY", DataType.BLOB: "BLOB",
    DataType.BIT: "BYTES", DataType.DATE: "DATE", DataType.TIME: "TIME", DataType.TIMETZ: "TIME",
    DataType.TIMESTAMP: "TIMESTAMP", DataType.TIMESTAMPTZ: "TIMESTAMPZ", DataType.YEAR: "YEAR",
    DataType.INTERVAL: "INTERVAL", DataType.UUID: "UUID", DataType.JSON: "JSON", DataType.XML: "XML",
    DataType.ENUM: "ENUM", DataType.SET: "SET", DataType.ARRAY: "ARRAY", DataType.STRUCT: "STRUCT",
    DataType.MAP: "MAP", DataType.UNION: "UNION", DataType.GEOMETRY: "GEOMETRY", DataType.INET: "INET",
    DataType.TSVECTOR: "TSVECTOR",
}  # fmt: skip
"""OpenMetadata's types by ours; all others become ``UNKNOWN``. ``dataTypeDisplay`` always has the source's own type."""
SIZED = frozenset({"CHAR", "VARCHAR", "BINARY", "VARBINARY"})
"""Types for which OpenMetadata requires a length."""
KINDS = {"primary_key": "PRIMARY_KEY", "unique": "UNIQUE", "foreign_key": "FOREIGN_KEY"}


def columns(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns of a table; a key over one column is marked on that column."""
    single = {
        each["columns"][0]: KINDS[each["kind"]]
        for each in sorted(table.get("constraints", ()), key=lambda each: each["kind"] == "primary_key")
        if each["kind"] in ("primary_key", "unique") and len(each.get("columns", ())) == 1
    }
    return [column(each, at, single.get(each["name"])) for at, each in enumerate(table.get("columns", ()), 1)]


def column(given: Mapping[str, Any], at: int, constraint: str | None = None) -> dict[str, Any]:
    kind = TYPES.get(given.get("type", "other"), "UNKNOWN")
    found: dict[str, Any] = {
        "name": name(given["name"]), "dataType": kind, "dataTypeDisplay": given["native_type"],
        "ordinalPosition": given.get("ordinal") or at,
        "constraint": constraint or ("NULL" if given.get("nullable", True) else "NOT_NULL"),
    }  # fmt: skip
    if name(given["name"]) != given["name"]:
        found["displayName"] = given["name"]
    if given.get("comment"):
        found["description"] = given["comment"]
    if kind in SIZED:
        found["dataLength"] = given.get("length") or 1
    for key in ("precision", "scale"):
        if given.get(key) is not None:
            found[key] = given[key]
    children = [column(each, n) for n, each in enumerate(given.get("children", ()), 1)]
    if kind == "ARRAY":
        found["arrayDataType"] = children[0]["dataType"] if children else "UNKNOWN"
    if children and kind in ("STRUCT", "MAP", "UNION", "ARRAY"):
        found["children"] = children
    return found


def constraints(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The keys over several columns and the foreign keys; OpenMetadata has no place for other constraints."""
    return list(_constraints(table.get("constraints", ())))


def _constraints(given: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for each in given:
        own = [name(column) for column in each.get("columns", ())]
        if each["kind"] == "foreign_key" and each.get("referred_table"):
            target = names.split(each["referred_table"])
            referred = [join((*target, column)) for column in each.get("referred_columns", ())]
            yield {"constraintType": "FOREIGN_KEY", "columns": own, "referredColumns": referred}
        elif each["kind"] in ("primary_key", "unique") and len(own) > 1:
            yield {"constraintType": KINDS[each["kind"]], "columns": own}
