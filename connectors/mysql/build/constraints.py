"""Constraints and indexes from information_schema. Primary keys and uniques are indexes there; both are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.common.sql.slices import Raw
from connectors.mysql.build.columns import json_column
from connectors.mysql.build.definitions import MysqlTableDdl
from specs import names
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.indexes import Index, IndexKey
from specs.topology.scope import Scope


def constraints(raw: Raw, scope: Scope, told: MysqlTableDdl | None = None) -> Iterator[Constraint]:
    """``told`` is what the DDL adds. A period of the table stands among its checks, as MariaDB lists it."""
    for name, parts in _grouped(raw, "indexes"):
        if not int(parts[0][3]):
            yield Constraint(
                kind=ConstraintKind.PRIMARY_KEY if name == "PRIMARY" else ConstraintKind.UNIQUE,
                name=name,
                columns=tuple(_part(part) for part in parts),
                without_overlaps=bool(told and name in told.overlaps),
            )
    yield from _foreign_keys(raw, scope)
    for _, name, clause, enforced in sorted(raw.rows.get("checks", [])):
        if json_column(clause) != name:  # that one MariaDB adds by itself
            yield Constraint(kind=ConstraintKind.CHECK, name=name, expression=clause, enforced=enforced == "YES")


def indexes(raw: Raw) -> Iterator[Index]:
    """All indexes but the primary key's own."""
    for name, parts in _grouped(raw, "indexes"):
        if name != "PRIMARY":
            keys = tuple(_key(part) for part in parts)
            yield Index(
                name=name,
                columns=tuple(key.name for key in keys),
                keys=keys if any(key.order or key.length for key in keys) else (),
                unique=not int(parts[0][3]),
                method=parts[0][7].lower(),
                options={} if parts[0][10] else {"visible": "no"},
                comment=parts[0][8] or None,
            )


def _foreign_keys(raw: Raw, scope: Scope) -> Iterator[Constraint]:
    rules = {row[1]: row[2:4] for row in raw.rows.get("rules", [])}
    for name, parts in _grouped(raw, "foreign_keys"):
        on_update, on_delete = rules.get(name, (None, None))
        yield Constraint(
            kind=ConstraintKind.FOREIGN_KEY,
            name=name,
            columns=tuple(part[2] for part in parts),
            referred_table=names.build(*scope.path[:-2], parts[0][3], parts[0][4]),
            referred_columns=tuple(part[5] for part in parts),
            on_update=on_update.lower() if on_update else None,
            on_delete=on_delete.lower() if on_delete else None,
        )


def _grouped(raw: Raw, facet: str) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for row in raw.rows.get(facet, []):
        rows.setdefault(row[1], []).append(row)
    yield from rows.items()


def _part(row: tuple[Any, ...]) -> str:
    """A column, or an expression."""
    return f"({row[9]})" if row[4] is None else str(row[4])


def _key(row: tuple[Any, ...]) -> IndexKey:
    head = None if row[5] is None or row[7] == "SPATIAL" else int(row[5])
    return IndexKey(name=_part(row), order="desc" if row[6] == "D" else None, length=head)
