"""The types of one database: looked up once per type and modifier, by oid, and kept while the unit lasts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from connectors.common.sql.types.types import parse
from connectors.postgres.driver.driver import PostgresDriver
from specs import names
from specs.entities.database.tables import Column, DataType

MOST_TYPES = 10_000
"""Types kept at once; a database with more has them looked up again."""
DEPTH = 16
"""Levels of nested types that are shown; a composite may hold an array of itself."""

_KINDS = {"e": DataType.ENUM, "d": DataType.DOMAIN, "c": DataType.STRUCT, "r": DataType.RANGE, "m": DataType.RANGE}

Pair = tuple[int, int]
"""A type's oid and its modifier."""


class ColumnType(NamedTuple):
    """What a column takes from its type: ``fields`` are keyword arguments of ``Column``; ``collation`` is the type's
    own, which a column does not repeat; ``storage`` (as ``pg_type`` has it) is how its values are kept by default."""

    fields: dict[str, Any]
    collation: str | None
    storage: str | None


class _Row(NamedTuple):
    oid: int
    typmod: int
    text: str
    kind: str
    schema: str
    name: str
    collation: str | None
    inner: int | None
    inner_typmod: int
    storage: str
    not_null: bool
    labels: list[str] | None
    field_names: list[str] | None
    field_types: list[int] | None
    field_typmods: list[int] | None


class Types:
    """``database`` is the database's FQN, the first part of the FQNs of user-defined types."""

    def __init__(self, driver: PostgresDriver, database: str) -> None:
        self.driver, self.database = driver, database
        self._rows: dict[Pair, _Row] = {}
        self._known: dict[Pair, ColumnType] = {}

    def ensure(self, pairs: Iterable[Pair]) -> None:
        """Look up what is not known yet, and what it is made of: one statement, or none."""
        missing = {pair for pair in pairs if pair not in self._rows}
        if not missing:
            return
        if len(self._rows) > MOST_TYPES:
            self._rows, self._known = {}, {}
        oids, typmods = zip(*sorted(missing), strict=True)
        rows = dict(self._rows)
        for row in self.driver.rows("types", {"oids": list(oids), "typmods": list(typmods)}):
            found = _Row(*row)
            rows[found.oid, found.typmod] = found
        self._rows = rows

    def get(self, pair: Pair) -> ColumnType:
        """The type of this oid and modifier."""
        found = self._known.get(pair)
        if found is None:
            if pair not in self._rows:
                self.ensure([pair])
            found = self._known[pair] = self._build(pair, DEPTH)
        return found

    def _build(self, pair: Pair, depth: int) -> ColumnType:
        row = self._rows.get(pair)
        if row is None:  # dropped in the meantime
            return ColumnType({"native_type": "???", "type": DataType.OTHER}, None, None)
        fields: dict[str, Any] = {"native_type": row.text}
        if row.kind == "b" and row.inner is not None:
            fields["type"] = DataType.ARRAY
            fields["children"] = self._inner("element", (row.inner, row.inner_typmod), depth)
        elif row.kind in _KINDS:
            fields["type"] = _KINDS[row.kind]
            if row.kind == "d" and row.inner is not None:
                fields["children"] = self._inner("base", (row.inner, row.inner_typmod), depth)
                if row.not_null or any(not base.nullable for base in fields["children"]):
                    fields["nullable"] = False
            elif row.kind == "c":
                fields["children"] = self.fields(row, depth)
        else:
            parsed = parse(row.text)
            measures = {"length": parsed.length, "precision": parsed.precision, "scale": parsed.scale}
            fields["type"] = parsed.type
            fields.update({key: value for key, value in measures.items() if value is not None})
        if row.kind in _KINDS and row.schema != "pg_catalog":
            fields["type_fqn"] = names.child(names.child(self.database, row.schema), row.name)
        # So that the domain need not be looked up to know how the texts of its columns compare.
        collation = None if row.kind == "d" else row.collation
        return ColumnType({key: value for key, value in fields.items() if value != ()}, collation, row.storage)

    def _inner(self, name: str, pair: Pair, depth: int) -> tuple[Column, ...]:
        if depth == 0:
            return ()
        return (Column(name=name, ordinal=1, **self._build(pair, depth - 1).fields),)

    def fields(self, row: _Row, depth: int = DEPTH) -> tuple[Column, ...]:
        """The fields of a composite type."""
        if depth == 0:
            return ()
        members = zip(row.field_names or (), row.field_types or (), row.field_typmods or (), strict=True)
        return tuple(
            Column(name=name, ordinal=at, **self._build((oid, typmod), depth - 1).fields)
            for at, (name, oid, typmod) in enumerate(members, 1)
        )

    def row(self, oid: int) -> _Row | None:
        """A user-defined type as it was read, for its own entity."""
        self.ensure([(oid, -1)])
        return self._rows.get((oid, -1))
