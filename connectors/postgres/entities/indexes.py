"""Builds indexes, and keeps the names of what their keys are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from connectors.postgres.driver import PostgresDriver
from connectors.postgres.entities.options import options
from specs.entities.indexes import Index, IndexKey

_USUAL = (0, 100)
"""No collation, and the database's."""
_DESC, _NULLS_FIRST = 1, 2


class IndexRow(NamedTuple):
    """A row of the facet, but for the table's oid."""

    name: str
    key: str
    key_columns: int
    unique: bool
    valid: bool
    clustered: bool
    not_distinct: bool
    order: str
    classes: str
    collations: str
    options: list[str] | None
    tablespace: str | None
    details: str | None
    method: str
    predicate: str | None
    definitions: list[str] | None
    comment: str | None


class KeyDetails:
    """The collations and operator classes of one database that were met in its indexes, by oid."""

    def __init__(self, driver: PostgresDriver) -> None:
        self.driver = driver
        self._collations: dict[int, str] = {}
        self._classes: dict[int, str | None] = {}
        self._simple: dict[tuple[str, str, str], bool] = {}

    def ensure(self, rows: Iterable[IndexRow]) -> None:
        """Look up what is not known yet: one statement, or none."""
        classes: set[int] = set()
        collations: set[int] = set()
        for row in {(row.classes, row.collations): row for row in rows}.values():
            classes.update(numbers(row.classes))
            collations.update(numbers(row.collations))
        asked = {
            "classes": sorted(classes - self._classes.keys()),
            "collations": sorted(collations - self._collations.keys() - {*_USUAL}),
        }
        if any(asked.values()):
            for oid, name, usual, kind in self.driver.rows("key_details", asked):
                if kind == "collation":
                    self._collations[oid] = name
                else:
                    self._classes[oid] = None if usual else name

    def simple(self, row: IndexRow) -> bool:
        """Whether all of its key has the usual order, operator classes and collations."""
        key = row.order, row.classes, row.collations
        found = self._simple.get(key)
        if found is None:
            found = not (
                any(numbers(row.order))
                or any(self._classes.get(oid) for oid in numbers(row.classes))
                or any(oid not in _USUAL for oid in numbers(row.collations))
            )
            self._simple[key] = found
        return found

    def operator_class(self, oid: int) -> str | None:
        """Its name, where it is not the default of its type."""
        return self._classes.get(oid)

    def collation(self, oid: int) -> str | None:
        """Its name; none for the database's."""
        return None if oid in _USUAL else self._collations.get(oid, str(oid))


def index(row: IndexRow, by_number: Mapping[int, str], collations: Mapping[int, str], details: KeyDetails) -> Index:
    """The index. ``collations`` are those of the columns that have one of their own."""
    key = numbers(row.key)
    columns = [by_number.get(number, "") for number in key]
    if row.definitions:
        columns = [column or definition for column, definition in zip(columns, row.definitions, strict=True)]
    fields: dict[str, Any] = {"name": row.name, "columns": tuple(columns[: row.key_columns]), "method": row.method}
    if collations or row.details or not details.simple(row):
        keys = _keys(row, columns, [collations.get(number) for number in key], details)
        if any(len(each.model_fields_set) > 1 for each in keys):
            fields["keys"] = tuple(keys)
    if len(columns) > row.key_columns:
        fields["included"] = tuple(columns[row.key_columns :])
    if row.unique:
        fields["unique"] = True
    if row.not_distinct:
        fields["nulls_not_distinct"] = True
    if row.predicate is not None:
        fields["predicate"] = row.predicate
    if not row.valid:
        fields["valid"] = False
    if row.clustered:
        fields["clustered"] = True
    if row.tablespace is not None:
        fields["tablespace"] = row.tablespace
    if row.options:
        fields["options"] = options(row.options)
    if row.comment is not None:
        fields["comment"] = row.comment
    return Index(**fields)


def _keys(row: IndexRow, columns: Sequence[str], own: Sequence[str | None], details: KeyDetails) -> list[IndexKey]:
    more = {number: each for number, *each in json.loads(row.details or "[]")}
    parts = zip(numbers(row.order), numbers(row.classes), numbers(row.collations), strict=True)
    found = []
    for at, (order, class_, collation) in enumerate(parts):
        fields: dict[str, Any] = {"name": columns[at]}
        if order & _DESC:
            fields["order"] = "desc"
        if bool(order & _DESC) != bool(order & _NULLS_FIRST):
            fields["nulls"] = "first" if order & _NULLS_FIRST else "last"
        name = details.operator_class(class_)
        if name is not None:
            fields["operator_class"] = name
        if details.collation(collation) != own[at] and collation:
            fields["collation"] = details.collation(collation) or "default"
        target, settings = more.get(at + 1, (None, None))
        if target is not None and target >= 0:
            fields["statistics_target"] = target
        if settings:
            fields["options"] = options(settings)
        found.append(IndexKey(**fields))
    return found


@lru_cache(maxsize=4096)
def numbers(vector: str) -> tuple[int, ...]:
    """The numbers of an ``int2vector`` or ``oidvector``; among columns, zero stands for an expression."""
    return tuple(int(number) for number in vector.split())
