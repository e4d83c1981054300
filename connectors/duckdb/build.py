"""Builds entities from the rows of a slice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.common.slices import Raw
from connectors.common.types import parse
from specs import names
from specs.entities.constraints import Constraint, ConstraintKind
from specs.entities.database import Column, Table, TableType
from specs.entities.indexes import Index
from specs.entities.routines import Argument
from specs.sources.database import identity
from specs.topology.scope import Scope

_KINDS = {
    "PRIMARY KEY": ConstraintKind.PRIMARY_KEY,
    "UNIQUE": ConstraintKind.UNIQUE,
    "FOREIGN KEY": ConstraintKind.FOREIGN_KEY,
    "CHECK": ConstraintKind.CHECK,
}


def table(raw: Raw, scope: Scope, *, keep_ddl: bool) -> Table:
    _, kind, comment, estimate, sql = raw.rows["objects"][0]
    view = kind == "view"
    return Table(
        **identity(scope),
        table_type=TableType.VIEW if view else TableType.REGULAR,
        comment=comment,
        columns=tuple(_column(row, sql or "") for row in raw.rows.get("columns", [])),
        constraints=tuple(_constraint(row, scope) for row in raw.rows.get("constraints", []) if row[1] in _KINDS),
        indexes=tuple(_index(row) for row in raw.rows.get("indexes", [])),
        view_definition=sql if view and keep_ddl else None,
        ddl=sql if keep_ddl and not view else None,
        row_estimate=estimate,
    )


def _column(row: tuple[Any, ...], sql: str) -> Column:
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
        comment=comment,
        values=parsed.values,
        children=parsed.children,
    )


def _says_generated(name: str, native: str, sql: str) -> bool:
    """DuckDB 1 has the expression of a generated column as its default; only the DDL tells them apart."""
    quoted = name.replace('"', '""')
    return any(f"{each} {native} GENERATED ALWAYS AS" in sql for each in (name, f'"{quoted}"'))


def _constraint(row: tuple[Any, ...], scope: Scope) -> Constraint:
    _, kind, name, columns, expression, referred, referred_columns = row
    foreign = kind == "FOREIGN KEY"
    return Constraint(
        kind=_KINDS[kind],
        name=name,
        columns=tuple(columns or ()),
        expression=expression if kind == "CHECK" else None,
        referred_table=names.build(*scope.path[:-1], referred) if foreign else None,  # never in another schema
        referred_columns=tuple(referred_columns or ()) if foreign else (),
    )


def _index(row: tuple[Any, ...]) -> Index:
    _, name, unique, expressions, comment = row
    return Index(name=name, columns=tuple(_parts(expressions or "")), unique=unique, method="art", comment=comment)


def _parts(text: str) -> Iterator[str]:
    """The members of ``['(lower("b, c"))', a, d]``: DuckDB quotes what is not a plain name."""
    body, at = text.strip().removeprefix("[").removesuffix("]"), 0
    while at < len(body):
        if body[at] == "'":
            end = at + 1
            while end < len(body) and (body[end] != "'" or body[end + 1 : end + 2] == "'" or body[end - 1] == "\\"):
                end += 2 if body[end : end + 2] == "''" else 1
            part, at = body[at + 1 : end].replace("''", "'").replace("\\'", "'"), end + 1
            yield part[1:-1] if part.startswith("(") and part.endswith(")") else part
        else:
            end = body.find(",", at)
            end = len(body) if end < 0 else end
            yield body[at:end].strip()
            at = end
        at += len(body[at:]) - len(body[at:].lstrip(", "))


def macro(parameters: Iterable[str], types: Iterable[str | None]) -> tuple[Argument, ...]:
    """The arguments of a macro; most have no type."""
    return tuple(
        Argument(name=name, native_type=type_ or "ANY") for name, type_ in zip(parameters, types, strict=False)
    )
