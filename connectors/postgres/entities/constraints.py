"""Builds the constraints of tables and domains."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from specs import names
from specs.entities.constraints import Constraint, ConstraintKind

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
_LONGEST = 63
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
    row: ConstraintRow, table: str, by_number: Mapping[int, str], database: str, not_distinct: Collection[str]
) -> Constraint | None:
    """The constraint, or ``None`` for one that says no more than its column does.

    ``table`` is the table's name, ``database`` the database's FQN, ``not_distinct`` names the unique indexes that take
    no two nulls.
    """
    kind = row.kind
    fields: dict[str, Any] = {"kind": KINDS[kind], "name": row.name}
    if row.key:  # an exclusion over an expression has a zero in its key
        fields["columns"] = tuple([by_number[number] for number in row.key if number in by_number])
    if kind == "n" and plain(row, f"{table}_{''.join(fields.get('columns', ()))}_not_null"):
        return None
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
    return Constraint(**fields)


def plain(row: ConstraintRow, usual: str) -> bool:
    """Whether a NOT NULL has the name that the server makes up, and nothing else to say."""
    if row.no_inherit or not row.validated or row.comment is not None:
        return False
    return made_up(row.name, usual)


def made_up(name: str, usual: str) -> bool:
    """Whether the server made up ``name``: the usual one, cut where it is too long, counted up where it is taken."""
    if len(usual.encode()) >= _LONGEST:
        return re.search(r"_not_null\d*$", name) is not None
    return name.startswith(usual) and (name == usual or name[len(usual) :].isdigit())


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
