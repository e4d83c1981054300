"""Builds routines, sequences and user-defined types from the rows of one slice."""

from __future__ import annotations

from typing import Any

from connectors.common.slices import Raw
from connectors.postgres.types import Types
from specs import names
from specs.entities.constraints import Constraint, ConstraintKind
from specs.entities.database import Sequence, UserType
from specs.entities.routines import Argument, StoredProcedure

_ROUTINES = {"f": "function", "p": "procedure", "a": "aggregate", "w": "window"}
_MODES = {"i": "in", "o": "out", "b": "inout", "v": "variadic", "t": "table"}
_TYPES = {"e": "enum", "c": "composite", "d": "domain", "r": "range"}


def routine(raw: Raw, identity: dict[str, Any]) -> StoredProcedure:
    _, owner, comment, kind, language, labels, modes, types, defaults, returns, code, volatility, definer = raw.rows[
        "routine"
    ][0]
    arguments = []
    for at, native in enumerate(types):
        mode = _MODES[modes[at]] if modes else "in"
        fields: dict[str, Any] = {"native_type": native, "mode": mode}
        if labels and labels[at]:
            fields["name"] = labels[at]
        if defaults and defaults[at] is not None:
            fields["default"] = defaults[at]
        arguments.append(Argument(**fields))
    # The source text of a compiled routine is a symbol in a library, no code.
    compiled = kind == "a" or language in ("c", "internal")
    return StoredProcedure(
        **identity,
        owner=owner,
        comment=comment,
        kind=_ROUTINES[kind],
        language=language,
        arguments=tuple(arguments),
        returns=returns,
        code=None if compiled else code,
        deterministic=volatility == "i",
        security_definer=definer,
    )


def sequence(raw: Raw, identity: dict[str, Any], database: str) -> Sequence:
    _, owner, comment, native, start, step, least, most, cycle, schema, table, column = raw.rows["sequence"][0]
    owned = names.child(names.child(names.child(database, schema), table), column) if column else None
    return Sequence(
        **identity,
        owner=owner,
        comment=comment,
        native_type=native,
        start=start,
        increment=step,
        minimum=least,
        maximum=most,
        cycle=cycle,
        owned_by=owned,
        last_value=raw.rows["value"][0][1] if "value" in raw.rows else None,
    )


def user_type(raw: Raw, identity: dict[str, Any], types: Types) -> UserType:
    oid, owner, comment, kind, base, default, not_null = raw.rows["type"][0]
    fields: dict[str, Any] = {}
    if kind in "ce":
        row = types.row(oid)
        if row is not None:
            fields["labels"] = tuple(row.labels or ())
            fields["fields"] = types.fields(row)
    checks = tuple(
        Constraint(kind=ConstraintKind.CHECK, name=name, expression=expression)
        for _, name, expression in raw.rows.get("checks", ())
    )
    return UserType(
        **identity,
        owner=owner,
        comment=comment,
        kind=_TYPES[kind],
        base_type=base,
        default=default,
        nullable=not not_null,
        constraints=checks,
        **fields,
    )
