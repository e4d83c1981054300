"""Constraints and indexes from information_schema. Primary keys and uniques are indexes there; both are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.common.slices import Raw
from connectors.mysql.columns import json_column
from specs import names
from specs.entities.constraints import Constraint, ConstraintKind
from specs.entities.indexes import Index
from specs.topology.scope import Scope


def constraints(raw: Raw, scope: Scope) -> Iterator[Constraint]:
    for name, parts in _grouped(raw, "indexes"):
        if not int(parts[0][3]):
            yield Constraint(
                kind=ConstraintKind.PRIMARY_KEY if name == "PRIMARY" else ConstraintKind.UNIQUE,
                name=name,
                columns=tuple(_part(part) for part in parts),
            )
    yield from _foreign_keys(raw, scope)
    for _, name, clause, enforced in sorted(raw.rows.get("checks", [])):
        if json_column(clause) != name:  # that one MariaDB adds by itself
            yield Constraint(kind=ConstraintKind.CHECK, name=name, expression=clause, enforced=enforced == "YES")


def indexes(raw: Raw) -> Iterator[Index]:
    """All indexes but the primary key's own."""
    for name, parts in _grouped(raw, "indexes"):
        if name != "PRIMARY":
            yield Index(
                name=name,
                columns=tuple(f"{_part(part)} DESC" if part[6] == "D" else _part(part) for part in parts),
                unique=not int(parts[0][3]),
                method=parts[0][7].lower(),
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
    """A column, with the length of its indexed head, or an expression."""
    column, head, expression = row[4], row[5], row[9]
    if column is None:
        return f"({expression})"
    return f"{column}({head})" if head and row[7] != "SPATIAL" else str(column)
