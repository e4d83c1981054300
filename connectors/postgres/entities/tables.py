"""Builds ``Table`` and ``Trigger`` entities from the rows of one slice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from connectors.common.slices import Raw
from connectors.postgres.types import Types
from specs import names
from specs.entities.constraints import Constraint, ConstraintKind
from specs.entities.database import Column, Partitioning, Table, TableType
from specs.entities.indexes import Index
from specs.entities.triggers import Trigger

Rows = list[tuple[Any, ...]]

_KINDS = {
    "r": TableType.REGULAR,
    "p": TableType.PARTITIONED,
    "v": TableType.VIEW,
    "m": TableType.MATERIALIZED,
    "f": TableType.FOREIGN,
}
_CONSTRAINTS = {
    "p": ConstraintKind.PRIMARY_KEY,
    "u": ConstraintKind.UNIQUE,
    "f": ConstraintKind.FOREIGN_KEY,
    "c": ConstraintKind.CHECK,
    "x": ConstraintKind.EXCLUSION,
}
_ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
_IDENTITY = {"a": "always", "d": "by_default"}
_GENERATED = {"s": "stored", "v": "virtual"}
_KEY = re.compile(r"^(\w+)\s*\((.*)\)$", re.DOTALL)
_WHEN = re.compile(r" WHEN \((.*)\) EXECUTE (?:FUNCTION|PROCEDURE) ", re.DOTALL)
SHARED = 4096
"""Columns kept to be shared between tables."""
_EVENTS = {4: "insert", 8: "delete", 16: "update", 32: "truncate"}


class Tables:
    """Builds the tables of one database; ``database`` is its FQN."""

    def __init__(self, types: Types, database: str) -> None:
        self.types, self.database = types, database
        self._known: dict[tuple[Any, ...], Column] = {}

    def build(self, raw: Raw, fqn: str, parent: str) -> Table:
        rows = raw.rows
        _, kind, owner, tuples, size, persistence, storage, options = rows["relation"][0]
        comments = {number: text for _, number, text in rows.get("comments", ())}
        columns = rows.get("columns", [])
        by_number: dict[int, str] = {row[1]: row[2] for row in columns}
        fields: dict[str, Any] = {"table_type": _KINDS[kind], "columns": self._columns(columns, comments)}
        fields["owner"] = owner
        if 0 in comments:
            fields["comment"] = comments[0]
        if "constraints" in rows:
            fields["constraints"] = tuple([self._constraint(row, by_number) for row in rows["constraints"]])
        if "indexes" in rows:
            fields["indexes"] = tuple([_index(row, by_number) for row in rows["indexes"]])
        if "views" in rows:
            fields["view_definition"] = rows["views"][0][1]
        if storage:
            fields["storage"] = storage
        if tuples > 0 or (tuples == 0 and size > 0):  # never analysed: -1, or 0 and no pages before version 14
            fields["row_estimate"] = int(tuples)
        if kind in "rm":
            fields["size_bytes"] = rows["sizes"][0][1] if "sizes" in rows else size
        properties = dict(option.partition("=")[::2] for option in options or ())
        if persistence == "u":
            properties["unlogged"] = "true"
        if "partitioning" in rows:
            fields |= self._partitioning(rows["partitioning"][0], by_number, properties)
        if "foreign" in rows:
            fields |= _foreign(rows["foreign"][0], properties)
        if properties:
            fields["properties"] = properties
        return Table(fqn=fqn, name=raw.listed.name, parent=parent, **fields)

    def _columns(self, rows: Rows, comments: Mapping[int, str]) -> tuple[Column, ...]:
        """Most columns are like another table's (``id bigint not null``) and immutable: share them."""
        known, found = self._known, []
        if len(known) > SHARED:
            known.clear()
        for row in rows:
            key = row[1:] if row[1] not in comments else (*row[1:], comments[row[1]])
            column = known.get(key)
            if column is None:
                column = known[key] = self._column(*key)
            found.append(column)
        return tuple(found)

    def _column(
        self,
        number: int,
        name: str,
        type_: int,
        typmod: int,
        not_null: bool,
        identity: str,
        generated: str,
        collation: str | None,
        default: str | None,
        comment: str | None = None,
    ) -> Column:
        known = self.types.get((type_, typmod))
        fields = dict(known.fields)
        if not_null:
            fields["nullable"] = False
        if identity in _IDENTITY:
            fields["identity"] = _IDENTITY[identity]
        if generated in _GENERATED:
            fields["generated"], fields["generated_kind"] = default, _GENERATED[generated]
        elif default is not None:
            fields["default"] = default
        if collation is not None and collation != known.collation:
            fields["collation"] = collation
        if comment is not None:
            fields["comment"] = comment
        return Column(name=name, ordinal=number, **fields)

    def _constraint(self, row: tuple[Any, ...], by_number: Mapping[int, str]) -> Constraint:
        _, kind, name, key, schema, table, referred, update, delete, expression, deferrable, enforced = row
        fields: dict[str, Any] = {"kind": _CONSTRAINTS[kind], "name": name}
        if key and kind != "x":
            fields["columns"] = tuple([by_number[number] for number in key if number in by_number])
        elif key:  # an exclusion over an expression has a zero in its key
            fields["columns"] = tuple([by_number[number] for number in key if number])
        if kind == "f":
            fields["referred_table"] = names.child(names.child(self.database, schema), table)
            fields["referred_columns"] = tuple(referred)
            fields["on_update"], fields["on_delete"] = _ACTIONS.get(update), _ACTIONS.get(delete)
        if expression is not None:
            fields["expression"] = expression
        if deferrable:
            fields["deferrable"] = True
        if not enforced:
            fields["enforced"] = False
        return Constraint(**fields)

    def _partitioning(
        self, row: tuple[Any, ...], by_number: Mapping[int, str], properties: dict[str, str]
    ) -> dict[str, Any]:
        _, key, attributes, count, parent_schema, parent_name, bound = row
        fields: dict[str, Any] = {}
        found = _KEY.match(key or "")
        if found:
            numbers = _numbers(attributes or "")
            columns = tuple(by_number[number] for number in numbers if number in by_number)
            expression = found[2] if 0 in numbers else None
            fields["partitioning"] = Partitioning(strategy=found[1].lower(), columns=columns, expression=expression)
            fields["partitions"] = count
        if parent_name is not None:
            fields["table_type"] = TableType.PARTITION
            fields["partition_of"] = names.child(names.child(self.database, parent_schema), parent_name)
            if bound is not None:
                properties["partition_bound"] = bound
        return fields

    def triggers(self, raw: Raw, table: str) -> Iterator[Trigger]:
        for _, name, kind, enabled, schema, function, definition, condition, comment in raw.rows.get("triggers", ()):
            found = _WHEN.search(definition) if condition else None
            yield Trigger(
                fqn=names.child(table, name),
                name=name,
                parent=table,
                timing="before" if kind & 2 else "instead of" if kind & 64 else "after",
                events=tuple(event for bit, event in _EVENTS.items() if kind & bit),
                level="row" if kind & 1 else "statement",
                function=names.child(names.child(self.database, schema), function),
                condition=found[1] if found else None,
                definition=definition,
                enabled=enabled != "D",
                comment=comment,
            )


@lru_cache(maxsize=1024)
def _numbers(vector: str) -> tuple[int, ...]:
    """The column numbers of an ``int2vector``; zero stands for an expression."""
    return tuple(int(number) for number in vector.split())


def _index(row: tuple[Any, ...], by_number: Mapping[int, str]) -> Index:
    _, name, key, count, unique, method, predicate, definitions, comment = row
    columns = [by_number.get(number, "") for number in _numbers(key)]
    if definitions:
        columns = [column or definition for column, definition in zip(columns, definitions, strict=True)]
    fields: dict[str, Any] = {"name": name, "columns": tuple(columns[:count]), "method": method}
    if len(columns) > count:
        fields["included"] = tuple(columns[count:])
    if unique:
        fields["unique"] = True
    if predicate is not None:
        fields["predicate"] = predicate
    if comment is not None:
        fields["comment"] = comment
    return Index(**fields)


_SECRET = re.compile("pass|secret|token|key|credential", re.IGNORECASE)


def _foreign(row: tuple[Any, ...], properties: dict[str, str]) -> dict[str, Any]:
    _, server, wrapper, options = row
    for option in options or ():
        name, _, value = option.partition("=")
        properties[name] = "***" if _SECRET.search(name) else value
    properties["server"] = server
    return {"storage": wrapper, "location": server}
