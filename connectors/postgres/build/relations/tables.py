"""Builds ``Table`` entities from the rows of one slice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectors.common.sql.slices import Raw
from connectors.postgres.build.grants import Acl, grants
from connectors.postgres.build.options import options
from connectors.postgres.build.relations.columns import ColumnRow, Columns
from connectors.postgres.build.relations.constraints import ConstraintRow, constraint, named_not_nulls
from connectors.postgres.build.relations.indexes import KeyDetails, index, not_distinct, numbers
from connectors.postgres.build.relations.rewriting import beside
from connectors.postgres.build.relations.triggers import triggers
from connectors.postgres.build.types import Types
from specs import names
from specs.entities.access import Grant
from specs.entities.construction import trusted
from specs.entities.database.tables import Partitioning, Table, TableType
from specs.entities.database.triggers import Trigger

_KINDS = {
    "r": TableType.REGULAR,
    "p": TableType.PARTITIONED,
    "v": TableType.VIEW,
    "m": TableType.MATERIALIZED,
    "f": TableType.FOREIGN,
}
_NONE = ColumnRow()
"""Of a table without columns."""
_COLLATION = 2
"""Where the details of a column have its collation."""
_KEY = re.compile(r"^(\w+)\s*\((.*)\)$", re.DOTALL)


class Tables:
    """Builds the tables of one database; ``database`` is its FQN."""

    def __init__(self, types: Types, details: KeyDetails, database: str) -> None:
        self.columns, self.details, self.database = Columns(types), details, database

    def build(self, raw: Raw, fqn: str, parent: str) -> Table:
        rows, name = raw.rows, raw.listed.name
        _, kind, owner, tuples, size, persistence, storage, reloptions, details, toasted, *acl = rows["relation"][0]
        comments = {number: text for _, number, text in rows.get("comments", ())}
        columns: Any = rows["columns"][0] if "columns" in rows else _NONE
        by_number, own = self.columns.by_number(columns), columns.details()
        fields: dict[str, Any] = {
            "fqn": fqn, "name": name, "parent": parent, "table_type": _KINDS[kind], "owner": owner,
        }  # fmt: skip
        if details is not None:
            fields |= self._details(details)
        if 0 in comments:
            fields["comment"] = comments[0]
        indexes = rows.get("indexes", [])
        unchecked: set[int] = set()
        if "constraints" in rows or "not_null" in rows:
            found = [ConstraintRow(*row[1:]) for row in rows.get("constraints", ())]
            distinct = {row[1] for row in indexes if not_distinct(row)}
            made = [constraint(each, by_number, self.database, distinct) for each in found]
            told = {each.name for each in found if each.kind == "n"}
            made.extend(named_not_nulls(rows.get("not_null", []), name, by_number, told))
            fields["constraints"] = tuple(made)
            unchecked = {each.key[0] for each in found if each.kind == "n" and each.key and not each.validated}
        fields["columns"] = self.columns.build(columns, own, comments, unchecked)
        if indexes:
            collations = {number: more[_COLLATION] for number, more in own.items() if more[_COLLATION] is not None}
            fields["indexes"] = tuple([index(each, by_number, collations, self.details) for each in indexes])
        if "views" in rows:
            fields["view_definition"] = rows["views"][0][1]
        if storage:
            fields["storage"] = storage
        if tuples > 0 or (tuples == 0 and size):  # never analysed: -1, or 0 and no pages before version 14
            fields["row_estimate"] = int(tuples)
        if kind in "rm":
            fields["size_bytes"] = rows["sizes"][0][1] if "sizes" in rows else size
        properties: dict[str, str] = {}
        if reloptions:
            properties |= [option.partition("=")[::2] for option in reloptions]
        if toasted:
            properties |= [(f"toast.{option.partition('=')[0]}", option.partition("=")[2]) for option in toasted]
        if persistence == "u":
            properties["unlogged"] = "true"
        if "parents" in rows:
            fields["inherits"] = tuple(self._fqn(row[1:]) for row in rows["parents"])
        if "partitioning" in rows:
            fields |= self._partitioning(rows["partitioning"][0], by_number, properties)
        if "foreign" in rows:
            fields |= _foreign(rows["foreign"][0], properties)
        if properties:
            fields["properties"] = properties
        if raw.listed.data[-1] is not None:
            fields["extension"] = raw.listed.data[-1]
        if acl[0] is not None or columns.granted:
            fields["grants"] = _grants(acl[0], acl[1], columns, by_number)
        fields |= beside(rows, self.database)
        return trusted(Table, fields)

    def _details(self, text: str) -> dict[str, Any]:
        """What few tables have."""
        found: dict[str, Any] = json.loads(text)
        of_type = found.pop("of_type")
        fields = {name: value for name, value in found.items() if value is not None}
        return fields | ({"of_type": self._fqn(of_type)} if of_type else {})

    def _fqn(self, place: Iterable[str]) -> str:
        schema, name = place
        return names.child(names.child(self.database, schema), name)

    def _partitioning(
        self, row: tuple[Any, ...], by_number: Mapping[int, str], properties: dict[str, str]
    ) -> dict[str, Any]:
        _, key, attributes, count, parent_schema, parent_name, bound, default = row
        fields: dict[str, Any] = {}
        found = _KEY.match(key or "")
        if found:
            columns = tuple(by_number[number] for number in numbers(attributes or "") if number in by_number)
            expression = None if _only(found[2], columns) else found[2]
            fields["partitioning"] = Partitioning(strategy=found[1].lower(), columns=columns, expression=expression)
            fields["partitions"] = count
        if default is not None:
            fields["default_partition"] = self._fqn(default)
        if parent_name is not None:
            fields["table_type"] = TableType.PARTITION
            fields["partition_of"] = self._fqn((parent_schema, parent_name))
            if bound is not None:
                properties["partition_bound"] = bound
        return fields

    def triggers(self, raw: Raw, table: str) -> Iterator[Trigger]:
        by_number = self.columns.by_number(ColumnRow(*raw.rows["columns"][0])) if "columns" in raw.rows else {}
        return triggers(raw.rows.get("triggers", []), table, by_number, self.database)


def _grants(acl: Acl, default: Acl, columns: ColumnRow, by_number: Mapping[int, str]) -> tuple[Grant, ...]:
    """Of the table and of its columns."""
    found = grants(acl, default)
    for number, items in columns.acls():
        found += grants(items, column=by_number[number])
    return found


def _only(key: str, columns: Iterable[str]) -> bool:
    """Whether a partition key is nothing but these columns: no expression, operator class or collation."""
    quoted = [f'"{column.replace(chr(34), 2 * chr(34))}"' for column in columns]
    parts = key.split(", ")
    pairs = zip(parts, columns, quoted, strict=False)
    return len(parts) == len(quoted) and all(part in (column, other) for part, column, other in pairs)


def _foreign(row: tuple[Any, ...], properties: dict[str, str]) -> dict[str, Any]:
    _, server, wrapper, given = row
    properties |= options(given)
    properties["server"] = server
    return {"storage": wrapper, "location": server}
