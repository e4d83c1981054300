"""Builds indexes, and keeps the names of what their keys are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from connectors.postgres.build.options import options
from connectors.postgres.driver.driver import PostgresDriver
from specs.entities.construction import varied
from specs.entities.database.indexes import Index, IndexKey

_USUAL = (0, 100)
"""No collation, and the database's."""
_DESC, _NULLS_FIRST = 1, 2
SHARED = 4096
"""Indexes that are kept, since others are like them but for the name."""
_CLASSES, _DETAILS = 6, 8
"""Places in a row of the facet."""


class IndexRow(NamedTuple):
    """A row of the facet."""

    table: int
    name: str
    key: str
    key_columns: int
    unique: bool
    order: str
    classes: str
    collations: str
    details: str | None
    key_details: str | None
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
        self._known: dict[tuple[Any, ...], Index] = {}

    def ensure(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Look up what the indexes of these rows are made of and is not known yet: one statement, or none."""
        pairs = {row[_CLASSES : _CLASSES + 2] for row in rows}
        classes = {oid for pair in pairs for oid in numbers(pair[0])}
        collations = {oid for pair in pairs for oid in numbers(pair[1])}
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

    def index(self, row: IndexRow, columns: tuple[str, ...], own: tuple[str | None, ...]) -> Index:
        """The index of this row. ``own`` are the collations of its columns, empty where none has one.

        Most indexes are another table's under another name: what they are made of is built once.
        """
        if row.definitions is not None:
            return _index(row, columns, own, self)
        key = (columns, own, *row[2:])
        found = self._known.get(key)
        if found is None:
            if len(self._known) > SHARED:
                self._known.clear()
            found = self._known[key] = _index(row, columns, own, self)
        return varied(found, row.name)

    def operator_class(self, oid: int) -> str | None:
        """Its name, where it is not the default of its type."""
        return self._classes.get(oid)

    def collation(self, oid: int) -> str | None:
        """Its name; none for the database's."""
        return None if oid in _USUAL else self._collations.get(oid, str(oid))


def index(
    row: tuple[Any, ...], by_number: Mapping[int, str], collations: Mapping[int, str], details: KeyDetails
) -> Index:
    """The index. ``collations`` are those of the columns that have one of their own."""
    key = numbers(row[2])
    columns = tuple([by_number.get(number, "") for number in key])
    own = tuple([collations.get(number) for number in key]) if collations else ()
    return details.index(IndexRow._make(row), columns, own)


def not_distinct(row: tuple[Any, ...]) -> bool:
    """Whether a unique index takes no two nulls."""
    return row[_DETAILS] is not None and bool(json.loads(row[_DETAILS]).get("nulls_not_distinct"))


def _index(row: IndexRow, columns: Sequence[str], own: Sequence[str | None], known: KeyDetails) -> Index:
    if row.definitions:
        columns = [column or definition for column, definition in zip(columns, row.definitions, strict=True)]
    fields: dict[str, Any] = {"name": row.name, "columns": tuple(columns[: row.key_columns]), "method": row.method}
    keys = _keys(row, columns, own or [None] * len(columns), known)
    if any(len(each.model_fields_set) > 1 for each in keys):
        fields["keys"] = tuple(keys)
    if len(columns) > row.key_columns:
        fields["included"] = tuple(columns[row.key_columns :])
    if row.unique:
        fields["unique"] = True
    if row.predicate is not None:
        fields["predicate"] = row.predicate
    if row.details is not None:
        found: dict[str, Any] = json.loads(row.details)
        found["options"] = options(found["options"])
        fields |= {name: value for name, value in found.items() if value is not None}
    if row.comment is not None:
        fields["comment"] = row.comment
    return Index(**fields)


def _keys(row: IndexRow, columns: Sequence[str], own: Sequence[str | None], details: KeyDetails) -> list[IndexKey]:
    more = {number: each for number, *each in json.loads(row.key_details or "[]")}
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
