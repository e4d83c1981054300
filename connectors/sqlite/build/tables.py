"""Builds entities from the rows of a slice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_uppercase
from typing import Any

from connectors.common.sql.ddl import index_parts
from connectors.common.sql.slices import Raw
from connectors.common.sql.types.types import parse
from connectors.sqlite.build import ddl
from specs import names
from specs.entities.base import Entity
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.indexes import Index, IndexKey
from specs.entities.database.tables import Column, DataType, Table, TableType
from specs.entities.database.triggers import Trigger
from specs.sources.database.metadata import identity
from specs.topology.scope import Scope

BROKEN = -99
"""In place of a column's position: the columns cannot be read, and why."""
_HIDDEN = 1
"""Columns that only a virtual table's own syntax knows."""
_GENERATED = {2: "virtual", 3: "stored"}
_TELLING = re.compile(r"\b(check|collate|autoincrement|constraint|deferrable|conflict)\b", re.IGNORECASE)
_KINDS = {"view": TableType.VIEW, "virtual": TableType.VIRTUAL, "shadow": TableType.SYSTEM}
_LOWER = {ord(letter): letter.lower() for letter in ascii_uppercase}
_AFFINITIES = (
    ("INT", DataType.BIGINT),
    ("CHAR", DataType.TEXT),
    ("CLOB", DataType.TEXT),
    ("TEXT", DataType.TEXT),
    ("BLOB", DataType.BLOB),
    ("REAL", DataType.DOUBLE),
    ("FLOA", DataType.DOUBLE),
    ("DOUB", DataType.DOUBLE),
)


def table(raw: Raw, scope: Scope, *, keep_ddl: bool) -> Iterator[Entity]:
    """The ``Table``, and after it its triggers."""
    _, _, kind, without_rowid, strict, sql = raw.rows["objects"][0]
    rows = raw.rows.get("columns", [])
    told = _told(sql, rows) if kind == "table" and sql else ddl.SqliteTableDdl()
    properties = {"without_rowid": "true"} if without_rowid else {}
    properties.update({"strict": "true"} if strict else {})
    if rows and rows[0][1] == BROKEN:
        properties["broken"] = rows[0][2]
        rows = []
    system = raw.listed.name.startswith("sqlite_")
    rowid = _rowid(rows)
    indexes = _by_index(raw.rows.get("indexes", []))
    keep = keep_ddl and sql
    yield Table(
        **identity(scope),
        table_type=TableType.SYSTEM if system else _KINDS.get(kind, TableType.REGULAR),
        columns=tuple(_column(row, told, rowid) for row in rows if row[7] != _HIDDEN),
        constraints=tuple(_constraints(raw, scope, rows, indexes, told)),
        indexes=tuple(_index(each, told.collations) for each in indexes if each[0][4] == "c"),
        view_definition=sql if keep and kind == "view" else None,
        ddl=sql if keep and kind != "view" else None,
        properties=properties,
        row_estimate=next((row[1] for row in raw.rows.get("statistics", [])), None),
    )
    for _, name, definition in raw.rows.get("triggers", []):
        head = ddl.trigger(definition or "")
        yield Trigger(
            fqn=names.child(scope.fqn, name),
            name=name,
            parent=scope.fqn,
            timing=head.timing,
            events=head.events,
            columns=head.columns,
            level="row",
            condition=head.condition,
            definition=definition if keep_ddl else None,
        )


def _told(sql: str, rows: list[tuple[Any, ...]]) -> ddl.SqliteTableDdl:
    """What the DDL adds; taking it apart costs more than all the rest, and most tables have nothing to add."""
    if _TELLING.search(sql) or any(row[7] in _GENERATED for row in rows):
        return ddl.table(sql)
    return ddl.SqliteTableDdl()


def _rowid(rows: list[tuple[Any, ...]]) -> str | None:
    """The column that stands for the rowid, the only key column there that SQLite keeps free of NULL."""
    keys = [row for row in rows if row[6]]
    return keys[0][2] if len(keys) == 1 and keys[0][3].upper() == "INTEGER" else None


def _column(row: tuple[Any, ...], told: ddl.SqliteTableDdl, rowid: str | None) -> Column:
    _, cid, name, native, not_null, default, key, hidden = row
    parsed = parse(native)
    kind = parsed.type
    upper = native.upper()
    if kind is DataType.OTHER and upper not in ("", "ANY"):
        kind = next((type_ for part, type_ in _AFFINITIES if part in upper), DataType.DECIMAL)
    return Column(
        name=name,
        native_type=native,
        type=kind,
        ordinal=cid + 1,
        length=parsed.length,
        precision=parsed.precision,
        scale=parsed.scale,
        nullable=not not_null and name != rowid,
        default=default,
        identity="auto_increment" if key and _same(told.autoincrement, name) else None,
        generated=told.generated.get(name) if hidden in _GENERATED else None,
        generated_kind=_GENERATED.get(hidden),
        collation=told.collations.get(name),
    )


def _constraints(
    raw: Raw,
    scope: Scope,
    columns: list[tuple[Any, ...]],
    indexes: list[list[tuple[Any, ...]]],
    told: ddl.SqliteTableDdl,
) -> Iterator[Constraint]:
    named = {(each.kind, *map(_folded, each.columns)): each for each in told.keys}
    primary = tuple(row[2] for row in sorted((row for row in columns if row[6]), key=lambda row: row[6]))
    if primary:
        yield _key(ConstraintKind.PRIMARY_KEY, primary, named)
    for index in indexes:
        if index[0][4] == "u":
            yield _key(ConstraintKind.UNIQUE, tuple(row[7] for row in index), named)
    for column, name, conflict in told.not_null:
        yield Constraint(kind=ConstraintKind.NOT_NULL, name=name, columns=(column,), on_conflict=conflict)
    for name, expression in told.checks:
        yield Constraint(kind=ConstraintKind.CHECK, name=name, expression=expression)
    yield from _foreign_keys(raw.rows.get("foreign_keys", []), scope, told)


def _key(kind: ConstraintKind, columns: tuple[str, ...], told: dict[tuple[str, ...], ddl.Key]) -> Constraint:
    key = told.get((kind, *map(_folded, columns)))
    return Constraint(
        kind=kind,
        name=key.name if key else None,
        columns=columns,
        on_conflict=key.conflict if key else None,
    )


def _folded(name: str) -> str:
    """SQLite's names are the same in any case of A to Z, and only of these."""
    return name.translate(_LOWER)


def _same(one: str | None, other: str) -> bool:
    return one is not None and _folded(one) == _folded(other)


def _foreign_keys(rows: list[tuple[Any, ...]], scope: Scope, told: ddl.SqliteTableDdl) -> Iterator[Constraint]:
    keys: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        keys.setdefault(row[1], []).append(row)
    declared = told.foreign_keys if len(told.foreign_keys) == len(keys) else []
    for number, parts in keys.items():
        key = declared[len(keys) - 1 - number] if declared else ddl.ForeignKey()  # numbered from the last to the first
        _, _, _, referred, _, _, on_update, on_delete = parts[0]
        yield Constraint(
            kind=ConstraintKind.FOREIGN_KEY,
            name=key.name,
            columns=tuple(part[4] for part in parts),
            referred_table=names.build(*scope.path[:-1], referred),
            referred_columns=tuple(part[5] for part in parts if part[5] is not None),
            on_update=on_update.lower(),
            on_delete=on_delete.lower(),
            deferrable=key.deferrable,
            initially_deferred=key.deferred,
        )


def _by_index(rows: list[tuple[Any, ...]]) -> list[list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(row)
    return list(found.values())


def _index(rows: list[tuple[Any, ...]], collations: dict[str, str]) -> Index:
    """``collations`` are those of columns that have one; a key that has another says so."""
    _, _, name, unique, _, _, _, _, _, _, sql = rows[0]
    texts, predicate = index_parts(sql) if sql else ([], None)
    keys = []
    for at, row in enumerate(rows):
        column = row[7] if row[6] >= 0 else (texts[at] if at < len(texts) else "")
        usual = collations.get(column, "BINARY") if row[6] >= 0 else "BINARY"
        collation = None if _same(row[9], usual) else row[9]
        keys.append(IndexKey(name=column, order="desc" if row[8] else None, collation=collation))
    return Index(
        name=name,
        columns=tuple(key.name for key in keys),
        keys=tuple(keys) if any(key.order or key.collation for key in keys) else (),
        unique=bool(unique),
        method="btree",
        predicate=predicate,
    )
