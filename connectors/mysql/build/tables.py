"""Builds entities from the rows of a slice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from connectors.common.sql.slices import Raw
from connectors.mysql.build import definitions, grants
from connectors.mysql.build.columns import columns as columns_of
from connectors.mysql.build.constraints import constraints, indexes
from specs import names
from specs.entities.base import Entity
from specs.entities.database.tables import Partitioning, Sequence, Table, TableType
from specs.entities.database.triggers import Trigger
from specs.sources.database.metadata import identity
from specs.topology.scope import Scope

VIEWS = {"VIEW", "SYSTEM VIEW"}
_KINDS = {
    "VIEW": TableType.VIEW,
    "SYSTEM VIEW": TableType.SYSTEM,
    "SYSTEM VERSIONED": TableType.SYSTEM_VERSIONED,
    "TEMPORARY": TableType.TEMPORARY,
}
_BROKEN = re.compile(r"View '.*' references invalid ")
_NAME = re.compile(r"`(?:[^`]|``)+`")


def table(raw: Raw, scope: Scope, *, maria: bool) -> Iterator[Entity]:
    """The ``Table``, and after it its triggers."""
    _, kind, engine, row_format, count, size, increment, created, updated, collation, options, comment = raw.rows[
        "objects"
    ][0]
    definition = raw.rows.get("views", [(None,) * 6])[0]
    partitions = raw.rows.get("partitions", [])
    statement = raw.rows.get("ddl", [(None, None)])[0][1]
    told = definitions.table(statement) if statement else None
    view = kind in VIEWS
    properties = {"collation": collation, "row_format": row_format, "create_options": options}
    if view:
        broken = comment if comment and _BROKEN.match(comment) else None
        properties = {
            "broken": broken, "security": definition[4], "check_option": _option(definition[2]),
            "algorithm": _option(definition[5], "UNDEFINED"),
        }  # fmt: skip
        comment = None
    elif told:
        properties.update({f"period {name}": columns for name, columns in told.periods.items()})
    yield Table(
        **identity(scope),
        table_type=_KINDS.get(kind) or (TableType.PARTITIONED if partitions else TableType.REGULAR),
        comment=definitions.masked(comment) if comment and engine == "SPIDER" else comment or None,
        columns=tuple(columns_of(raw, maria=maria)),
        constraints=tuple(constraints(raw, scope, told)),
        indexes=tuple(indexes(raw)),
        partitioning=_partitioning(partitions[0], told.history if told else None) if partitions else None,
        view_definition=definition[1] or None,
        ddl=told.text if told else None,
        owner=definition[3],
        grants=grants.build(raw.rows.get("grants", [])),
        storage=engine,
        properties={name: str(value) for name, value in properties.items() if value},
        row_estimate=None if count is None else int(count),
        size_bytes=None if size is None else int(size),
        created_at=None,
        altered_at=_when(updated) or _when(created),
        next_auto_increment=None if increment is None else int(increment),
        partitions=int(partitions[0][3]) if partitions else None,
    )
    for _, name, timing, event, body, definer, order, create in sorted(raw.rows.get("triggers", []), key=itemgetter(1)):
        yield Trigger(
            fqn=names.child(scope.fqn, name),
            name=name,
            parent=scope.fqn,
            timing=timing.lower(),
            events=(event.lower(),),
            level="row",
            definition=create or body,
            definer=definer,
            order=int(order) if order and int(order) > 1 else None,
        )


def _option(value: Any, usual: str = "NONE") -> str | None:
    return None if value in (None, usual) else str(value).lower()


def _when(value: Any) -> datetime | None:
    """The session's time zone is UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def _partitioning(row: tuple[Any, ...], history: str | None = None) -> Partitioning:
    """``RANGE COLUMNS`` and ``KEY`` list columns; other methods have an expression, often a single column. Partitions
    by system time have neither, but say how the history is cut."""
    _, method, expression, count, sub_method, sub_expression, leaves = row
    columns, expression = ((), history) if method == "SYSTEM_TIME" else _parts(expression or "")
    subpartitions = None
    if sub_method:
        sub_columns, sub_expression = _parts(sub_expression or "")
        subpartitions = Partitioning(
            strategy=_strategy(sub_method),
            columns=sub_columns,
            expression=sub_expression,
            count=int(leaves) // int(count),
        )
    return Partitioning(strategy=_strategy(method), columns=columns, expression=expression, subpartitions=subpartitions)


def _parts(expression: str) -> tuple[tuple[str, ...], str | None]:
    plain = not re.sub(r"[\s,]", "", _NAME.sub("", expression))
    return (tuple(definitions.names(expression)), None) if plain else ((), expression)


def _strategy(method: str) -> str:
    return next(word for word in method.lower().split() if word not in ("columns", "linear"))


def sequence(raw: Raw, scope: Scope) -> Sequence:
    """``next_not_cached_value`` is the first number that no cache holds yet; which one was the last to be handed out,
    the server does not say."""
    _, following, minimum, maximum, start, increment, cache, cycle, _ = raw.rows["sequences"][0][:9]
    return Sequence(
        **identity(scope),
        comment=raw.rows["objects"][0][-1] or None,
        grants=grants.build(raw.rows.get("grants", [])),
        native_type="bigint",
        start=int(start),
        increment=int(increment),
        minimum=int(minimum),
        maximum=int(maximum),
        cycle=bool(cycle),
        cache=int(cache) if int(cache) > 1 else None,
        next_value=int(following),
    )
