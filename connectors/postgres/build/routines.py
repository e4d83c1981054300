"""Builds routines."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from connectors.common.sql.slices import Raw
from connectors.postgres.build.grants import grants
from connectors.postgres.build.options import settings
from specs import names
from specs.entities.database.routines import Argument, StoredProcedure

_KINDS = {"f": "function", "p": "procedure", "a": "aggregate", "w": "window"}
_MODES = {"i": "in", "o": "out", "b": "inout", "v": "variadic", "t": "table"}
_VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
_PARALLEL = {"s": "safe", "r": "restricted", "u": "unsafe"}


class RoutineRow(NamedTuple):
    """A row of the facet, but for the routine's oid."""

    owner: str
    comment: str | None
    kind: str
    language: str
    labels: list[str] | None
    modes: list[str] | None
    types: list[str]
    defaults: list[str | None] | None
    returns: str | None
    code: str | None
    volatility: str
    definer: bool
    strict: bool
    leakproof: bool
    parallel: str
    cost: float | None
    rows: float | None
    support: list[str] | None
    settings: list[str] | None
    transforms: list[str] | None
    aggregate: str | None
    library: str | None
    acl: list[str] | None
    default_acl: list[str] | None


def routine(raw: Raw, identity: dict[str, Any], database: str) -> StoredProcedure:
    """The routine. ``database`` is the database's FQN."""
    row = RoutineRow(*raw.rows["routine"][0][1:])
    # The source text of a compiled routine is a symbol in a library, no code.
    compiled = row.kind == "a" or row.language in ("c", "internal")
    fields: dict[str, Any] = {}
    if row.kind in "fw":  # of the others, the server keeps what a function would have
        fields["volatility"] = _VOLATILITY.get(row.volatility)
        fields["parallel"] = _PARALLEL.get(row.parallel)
    elif row.kind == "a":
        fields["parallel"] = _PARALLEL.get(row.parallel)
    if row.support is not None:
        fields["support"] = names.child(names.child(database, row.support[0]), row.support[1])
    properties = _aggregate(row.aggregate)
    if row.kind != "a" and row.language in ("c", "internal"):
        properties |= {key: text for key, text in (("symbol", row.code), ("library", row.library)) if text is not None}
    if row.transforms:
        properties["transforms"] = ", ".join(row.transforms)
    return StoredProcedure(
        **identity,
        owner=row.owner,
        comment=row.comment,
        kind=_KINDS[row.kind],
        language=row.language,
        arguments=_arguments(row),
        returns=row.returns,
        code=None if compiled else row.code,
        deterministic=row.volatility == "i",
        strict=row.strict,
        leakproof=row.leakproof,
        cost=row.cost,
        rows=row.rows,
        security_definer=row.definer,
        settings=settings(row.settings),
        properties=properties,
        extension=raw.listed.data[-1],
        grants=grants(row.acl, row.default_acl),
        **fields,
    )


def _arguments(row: RoutineRow) -> tuple[Argument, ...]:
    arguments = []
    for at, native in enumerate(row.types):
        fields: dict[str, Any] = {"native_type": native, "mode": _MODES[row.modes[at]] if row.modes else "in"}
        if row.labels and row.labels[at]:
            fields["name"] = row.labels[at]
        default = row.defaults[at] if row.defaults else None
        if default is not None:
            fields["default"] = default
        arguments.append(Argument(**fields))
    return tuple(arguments)


def _aggregate(text: str | None) -> dict[str, str]:
    """What an aggregate is made of; the server writes a dash for a function that is not there."""
    found: dict[str, Any] = json.loads(text or "{}")
    return {name: str(value) for name, value in found.items() if value is not None and value != "-"}
