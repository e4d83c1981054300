"""Builds entities from the rows of a slice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import ascii_uppercase
from typing import Any

from connectors.common.sql import ddl
from connectors.common.sql.slices import Raw
from connectors.common.sql.types.types import parse
from connectors.common.sql.types.values import unquote
from specs import names
from specs.entities.base import Entity
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.indexes import Index
from specs.entities.database.routines import Argument
from specs.entities.database.tables import Column, Table, TableType
from specs.entities.database.triggers import Trigger
from specs.sources.database.metadata import identity
from specs.topology.scope import Scope

_KINDS = {
    "PRIMARY KEY": ConstraintKind.PRIMARY_KEY,
    "UNIQUE": ConstraintKind.UNIQUE,
    "FOREIGN KEY": ConstraintKind.FOREIGN_KEY,
    "CHECK": ConstraintKind.CHECK,
}


_LOWER = {ord(letter): letter.lower() for letter in ascii_uppercase}
_USING = re.compile(r"\sUSING\s+(\w+)\s*\(", re.IGNORECASE)


def table(raw: Raw, scope: Scope, *, keep_ddl: bool) -> Iterator[Entity]:
    """The ``Table``, and after it its triggers."""
    _, kind, comment, estimate, sql = raw.rows["objects"][0]
    view = kind == "view"
    rows = raw.rows.get("columns", [])
    _, broken, described = raw.rows.get("described", [(None, None, None)])[0]
    rows = _renewed(rows, described) if described else rows
    collations = {} if view or " COLLATE " not in (sql or "") else _collations(sql)
    yield Table(
        **identity(scope),
        table_type=TableType.VIEW if view else TableType.REGULAR,
        comment=comment,
        columns=tuple(_column(row, sql or "", collations) for row in rows),
        constraints=tuple(_constraint(row, scope) for row in raw.rows.get("constraints", []) if row[1] in _KINDS),
        indexes=tuple(_index(row) for row in raw.rows.get("indexes", [])),
        view_definition=sql if view and keep_ddl else None,
        ddl=sql if keep_ddl and not view else None,
        properties={"broken": broken} if broken else {},
        row_estimate=estimate,
    )
    for _, name, timing, event, columns, level, comment, sql in raw.rows.get("triggers", []):
        yield Trigger(
            fqn=names.child(scope.fqn, name),
            name=name,
            parent=scope.fqn,
            comment=comment,
            timing=timing.lower(),
            events=(event.lower(),),
            columns=tuple(columns or ()),
            level=level.lower(),
            definition=sql,
        )


def _renewed(rows: list[tuple[Any, ...]], described: list[tuple[str, str]]) -> list[tuple[Any, ...]]:
    """The columns of a view as they are now; the catalog has them as they were when it was made, and their comments."""
    comments = {row[1]: row[6] for row in rows}
    return [
        (None, name, at, native, True, None, comments.get(name), None) for at, (name, native) in enumerate(described, 1)
    ]


def _collations(sql: str) -> dict[str, str]:
    """By column; only the DDL tells them."""
    found = {}
    for piece in ddl.pieces(ddl.group(ddl.tokens(sql), 0)[0]):
        at = next((at for at, token in enumerate(piece[:-1]) if token.word == "COLLATE"), None)
        if at is not None and piece[0].word not in ("CHECK", "CONSTRAINT"):
            found[piece[0].name] = piece[at + 1].name
    return found


def _column(row: tuple[Any, ...], sql: str, collations: dict[str, str]) -> Column:
    _, name, ordinal, native, nullable, default, comment, expression = row
    if expression is None and default is not None and _says_generated(name, native, sql):
        expression = default
    parsed = parse(native)
    return Column(
        name=name,
        native_type=native,
        type=parsed.type,
        ordinal=ordinal,
        length=parsed.length,
        precision=parsed.precision,
        scale=parsed.scale,
        nullable=nullable,
        default=None if expression is not None else default,
        generated=expression,
        generated_kind=None if expression is None else "virtual",
        collation=collations.get(name),
        comment=comment,
        values=parsed.values,
        children=parsed.children,
    )


def _says_generated(name: str, native: str, sql: str) -> bool:
    """DuckDB 1 has the expression of a generated column as its default; only the DDL tells them apart."""
    quoted = name.replace('"', '""')
    return any(f"{each} {native} GENERATED ALWAYS AS" in sql for each in (name, f'"{quoted}"'))


def _constraint(row: tuple[Any, ...], scope: Scope) -> Constraint:
    _, kind, name, columns, expression, referred, referred_columns, there = row
    foreign = kind == "FOREIGN KEY"
    own = {each.translate(_LOWER): each for each in there or ()}
    return Constraint(
        kind=_KINDS[kind],
        name=name,
        columns=tuple(columns or ()),
        expression=expression if kind == "CHECK" else None,
        referred_table=names.build(*scope.path[:-1], referred) if foreign else None,  # never in another schema
        referred_columns=tuple(own.get(each.translate(_LOWER), each) for each in referred_columns) if foreign else (),
    )


def _index(row: tuple[Any, ...]) -> Index:
    _, name, unique, expressions, comment, sql = row
    using = _USING.search(sql or "")
    return Index(
        name=name,
        columns=tuple(_part(each) for each in expressions or ()),
        unique=unique,
        method=using[1].lower() if using else "art",
        comment=comment,
    )


def _part(text: str) -> str:
    """A column without its quotes, or an expression without the brackets that every one has."""
    return text[1:-1] if text.startswith("(") and text.endswith(")") else unquote(text)


def user_type(logical: str, labels: Iterable[str] | None, native: str | None) -> dict[str, Any]:
    """What a type is, as fields of ``UserType``; ``native`` is what it stands for, written out."""
    parsed = parse(native or logical)
    return {
        "kind": {"ENUM": "enum", "STRUCT": "composite", "UNION": "union"}.get(logical, "alias"),
        "labels": tuple(labels or ()),
        "base_type": logical if logical == "ENUM" else native or logical,
        "fields": parsed.children if logical in ("STRUCT", "UNION") else (),
    }


def macro(parameters: Iterable[str], types: Iterable[str | None]) -> tuple[Argument, ...]:
    """The arguments of a macro; most have no type."""
    return tuple(
        Argument(name=name, native_type=type_ or "ANY") for name, type_ in zip(parameters, types, strict=False)
    )
