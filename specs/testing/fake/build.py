"""Builds the fake service's entities; columns are shared per shape, so that building is cheap."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from specs import names
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.indexes import Index
from specs.entities.database.tables import Column, DataType, Table, TableType
from specs.entities.database.triggers import Trigger
from specs.entities.usage import Usage
from specs.sources.database.metadata import identity
from specs.testing.fake.estate import Estate, FakeNames, share
from specs.topology.scope import Scope

SHAPES = 8
"""How many different sets of columns there are."""

_PRIMARY_KEY = Constraint(kind=ConstraintKind.PRIMARY_KEY, name="pk", columns=("id",))
_LAST_DAY = date(2026, 1, 31)
_INDEX = Index(name="by_id", columns=("id",), unique=True, method="btree")
_TYPES = (
    ("integer", DataType.INT),
    ("character varying(50)", DataType.VARCHAR),
    ("timestamp with time zone", DataType.TIMESTAMPTZ),
    ("numeric(12,2)", DataType.DECIMAL),
    ("boolean", DataType.BOOLEAN),
    ("jsonb", DataType.JSON),
)


@lru_cache(maxsize=4 * SHAPES)
def columns(seed: int, count: int, shape: int) -> tuple[Column, ...]:
    """``count`` columns; the first is the key, the second refers to another table."""
    found = []
    for ordinal in range(1, count + 1):
        kind = 0 if ordinal <= 2 else int(share(seed, "type", shape, ordinal) * len(_TYPES))
        native, type_ = _TYPES[kind]
        extra: dict[str, Any] = {}
        if type_ is DataType.VARCHAR:
            extra = {"length": 50, "default": "'none'::character varying"}
        elif type_ is DataType.DECIMAL:
            extra = {"precision": 12, "scale": 2}
        if share(seed, "comment", shape, ordinal) < 0.3:
            extra["comment"] = f"what column {ordinal} of shape {shape} means"
        name = "id" if ordinal == 1 else f"col_{ordinal:04d}"
        found.append(Column(name=name, native_type=native, type=type_, ordinal=ordinal, nullable=ordinal > 1, **extra))
    return tuple(found)


def table(estate: Estate, scope: Scope, listing: FakeNames, statistics: bool = True) -> Table:
    """The table at ``scope``; ``listing`` are the names of its schema."""
    config, schema, fqn = estate.config, Scope(scope.path[:-1]), scope.fqn
    index = listing.index(scope.name) or 0
    fields: dict[str, Any] = identity(scope)
    fields["columns"] = columns(config.seed, config.columns, index % SHAPES)
    if index % 3 == 0:
        fields["comment"] = f"table number {index}"
    if estate.changed(fqn):
        fields["comment"] = f"version {config.version}"
    if estate.is_view(schema, scope.name):
        body = f"SELECT id FROM {listing.name(max(0, index - 1))}"
        return Table(table_type=TableType.VIEW, view_definition=body, **fields)
    constraints: tuple[Constraint, ...] = (_PRIMARY_KEY,)
    if index % 3 == 1 and config.columns > 1:
        constraints += (
            Constraint(
                kind=ConstraintKind.FOREIGN_KEY,
                name="fk",
                columns=("col_0002",),
                referred_table=names.child(fields["parent"], listing.name(index - 1)),
                referred_columns=("id",),
            ),
        )
    return Table(
        table_type=TableType.REGULAR,
        constraints=constraints,
        indexes=(_INDEX,),
        row_estimate=1000 * index + config.version,
        **fields,
    )


def usage(estate: Estate, scope: Scope, days: int) -> Usage:
    """How the table at ``scope`` was queried in the last ``days`` days; the last one moves with the version."""
    seed, version = estate.config.seed, estate.config.version if estate.changed(scope.fqn) else 0
    last = _LAST_DAY + timedelta(days=version)
    found = [last - timedelta(days=ago) for ago in range(days)]
    return Usage(
        **identity(scope),
        target=scope.fqn,
        day=last,
        queries=sum(int(1 + 1000 * share(seed, "queries", scope.path, day)) for day in found),
    )


def trigger(scope: Scope) -> Trigger:
    """The trigger of the table at ``scope``."""
    name = "stamp"
    return Trigger(
        fqn=names.child(scope.fqn, name),
        name=name,
        parent=scope.fqn,
        timing="before",
        events=("update", "insert"),
        definition="EXECUTE FUNCTION stamp()",
    )
