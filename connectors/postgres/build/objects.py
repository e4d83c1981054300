"""Builds sequences and user-defined types from the rows of one slice."""

from __future__ import annotations

import json
from typing import Any

from connectors.common.sql.slices import Raw
from connectors.postgres.build.grants import grants
from connectors.postgres.build.relations.constraints import KINDS, made_up
from connectors.postgres.build.types import Types
from specs import names
from specs.entities.database.constraints import Constraint
from specs.entities.database.tables import Column, Sequence, UserType

_TYPES = {"e": "enum", "c": "composite", "d": "domain", "r": "range"}


def sequence(raw: Raw, identity: dict[str, Any], database: str) -> Sequence:
    _, owner, comment, native, start, step, least, most, cycle, cache, unlogged, *rest = raw.rows["sequence"][0]
    schema, table, column, *acl = rest
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
        cache=cache if cache != 1 else None,
        unlogged=unlogged,
        owned_by=owned,
        last_value=raw.rows["value"][0][1] if "value" in raw.rows else None,
        extension=raw.listed.data[-1],
        grants=grants(*acl),
    )


def user_type(raw: Raw, identity: dict[str, Any], types: Types) -> UserType:
    oid, owner, comment, kind, base, default, not_null, collation, range_, *acl = raw.rows["type"][0]
    fields: dict[str, Any] = {}
    if range_ is not None:
        found: dict[str, Any] = json.loads(range_)
        fields["properties"] = {key: text for key, text in found.items() if text not in (None, "-")}
    if kind in "ce":
        row = types.row(oid)
        if row is not None:
            fields["labels"] = tuple(row.labels or ())
            fields["fields"] = _attributes(types.fields(row), raw.rows.get("attributes", []))
    return UserType(
        **identity,
        owner=owner,
        comment=comment,
        kind=_TYPES[kind],
        base_type=base,
        default=default,
        nullable=not not_null,
        collation=collation,
        constraints=_constraints(raw),
        extension=raw.listed.data[-1],
        grants=grants(*acl),
        **fields,
    )


def _attributes(fields: tuple[Column, ...], rows: list[tuple[Any, ...]]) -> tuple[Column, ...]:
    """The attributes of a composite type, with what ``rows`` know of some of them."""
    more = {
        name: {key: value for key, value in (("collation", collation), ("comment", comment)) if value is not None}
        for _, name, collation, comment in rows
    }
    return tuple(each.model_copy(update=more[each.name]) if each.name in more else each for each in fields)


def _constraints(raw: Raw) -> tuple[Constraint, ...]:
    found = []
    for _, kind, name, expression, validated, comment in raw.rows.get("constraints", ()):
        if kind == "n" and comment is None and made_up(name, f"{raw.listed.name}_not_null"):
            continue  # it says no more than that the domain takes no nulls
        fields = {"expression": expression, "validated": validated, "comment": comment}
        found.append(Constraint(kind=KINDS[kind], name=name, **fields))
    return tuple(found)
