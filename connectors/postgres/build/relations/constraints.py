"""Builds the constraints of tables and domains."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from specs import names
from specs.entities.construction import trusted
from specs.entities.database.constraints import Constraint, ConstraintKind

KINDS = {
    "p": ConstraintKind.PRIMARY_KEY,
    "u": ConstraintKind.UNIQUE,
    "f": ConstraintKind.FOREIGN_KEY,
    "c": ConstraintKind.CHECK,
    "x": ConstraintKind.EXCLUSION,
    "n": ConstraintKind.NOT_NULL,
}
_ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
_MATCHES = {"f": "full", "p": "partial"}
_NAME_BYTES = 63
"""Bytes of a name; longer ones are cut when the server makes them up."""


class ConstraintRow(NamedTuple):
    """A row of the facet, but for the table's oid."""

    kind: str
    name: str
    key: list[int] | None
    schema: str | None
    table: str | None
    referred: list[str] | None
    on_update: str
    on_delete: str
    expression: str | None
    deferrable: bool
    deferred: bool
    validated: bool
    match: str
    deleted: list[int] | None
    no_inherit: bool
    comment: str | None
    enforced: bool
    period: bool


def constraint(
    row: ConstraintRow, by_number: Mapping[int, str], database: str, not_distinct: Collection[str]
) -> Constraint:
    """The constraint. ``database`` is the database's FQN, ``not_distinct`` names the unique indexes that take no two
    nulls."""
    kind = row.kind
    fields: dict[str, Any] = {"kind": KINDS[kind], "name": row.name}
    if row.key:  # an exclusion over an expression has a zero in its key
        fields["columns"] = tuple([by_number[number] for number in row.key if number in by_number])
    if kind == "f":
        fields |= _foreign_key(row, by_number, database)
    if row.expression is not None:
        fields["expression"] = row.expression
    if row.deferrable:
        fields["deferrable"] = True
    if row.deferred:
        fields["initially_deferred"] = True
    if not row.enforced:
        fields["enforced"] = False
    if not row.validated:
        fields["validated"] = False
    if row.no_inherit and kind in "cn":  # of the others the server says so of every one
        fields["no_inherit"] = True
    if row.period:
        fields["period" if kind == "f" else "without_overlaps"] = True
    if kind == "u" and row.name in not_distinct:
        fields["nulls_not_distinct"] = True
    if row.comment is not None:
        fields["comment"] = row.comment
    return trusted(Constraint, fields)


def named_not_nulls(
    rows: list[tuple[Any, ...]], table: str, by_number: Mapping[int, str], told: Collection[str]
) -> Iterator[Constraint]:
    """Those NOT NULLs of the table of this name that were given a name, but for the ``told``: other names say no more
    than their columns do."""
    for _, numbers, given in rows:
        for number, name in zip(numbers, given, strict=True):
            column = by_number.get(number, "")
            if name in told or made_up(name, f"{table}_{column}_not_null"):
                continue
            yield Constraint(kind=ConstraintKind.NOT_NULL, name=name, columns=(column,))


def made_up(name: str, usual: str) -> bool:
    """Whether the server made up ``name``: the usual one, cut where it is too long, counted up where it is taken."""
    if name == usual:
        return True
    if len(usual.encode()) >= _NAME_BYTES:
        return re.search(r"_not_null\d*$", name) is not None
    return name.startswith(usual) and name[len(usual) :].isdigit()


def _foreign_key(row: ConstraintRow, by_number: Mapping[int, str], database: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "referred_table": names.child(names.child(database, row.schema or ""), row.table or ""),
        "referred_columns": tuple(row.referred or ()),
        "on_update": _ACTIONS.get(row.on_update),
        "on_delete": _ACTIONS.get(row.on_delete),
    }
    if row.deleted:
        fields["on_delete_columns"] = tuple([by_number[number] for number in row.deleted if number in by_number])
    if row.match in _MATCHES:
        fields["match"] = _MATCHES[row.match]
    return fields
