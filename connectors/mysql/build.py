"""Builds entities from the rows of a slice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.common.sliced import routine_rule
from connectors.common.slices import Listed, Raw
from connectors.mysql.columns import columns
from connectors.mysql.constraints import constraints, indexes
from specs import names
from specs.config import MetadataExtract
from specs.entities.base import Entity
from specs.entities.database import Partitioning, Sequence, Table, TableType
from specs.entities.routines import Argument, StoredProcedure
from specs.entities.triggers import Trigger
from specs.sources.database import identity
from specs.topology.scope import Scope

WEIGHT = 20
"""Assumed columns of a relation; a slice that turns out much wider is halved while it is read."""
VIEWS = {"VIEW", "SYSTEM VIEW"}
_KINDS = {
    "VIEW": TableType.VIEW,
    "SYSTEM VIEW": TableType.SYSTEM,
    "SYSTEM VERSIONED": TableType.SYSTEM_VERSIONED,
    "TEMPORARY": TableType.TEMPORARY,
}
_BROKEN = re.compile(r"View '.*' references invalid ")
_NAME = re.compile(r"`((?:[^`]|``)+)`")


def table(raw: Raw, scope: Scope, *, maria: bool) -> Iterator[Entity]:
    """The ``Table``, and after it its triggers."""
    _, kind, engine, row_format, count, size, increment, created, updated, collation, options, comment = raw.rows[
        "objects"
    ][0]
    definition = raw.rows.get("views", [(None,) * 5])[0]
    partitions = raw.rows.get("partitions", [])
    view = kind in VIEWS
    properties = {"collation": collation, "row_format": row_format, "create_options": options}
    if view:
        broken = comment if comment and _BROKEN.match(comment) else None
        properties = {"broken": broken, "security": definition[4], "check_option": _option(definition[2])}
        comment = None
    yield Table(
        **identity(scope),
        table_type=TableType.PARTITIONED if partitions else _KINDS.get(kind, TableType.REGULAR),
        comment=comment or None,
        columns=tuple(columns(raw, maria=maria)),
        constraints=tuple(constraints(raw, scope)),
        indexes=tuple(indexes(raw)),
        partitioning=_partitioning(partitions[0]) if partitions else None,
        view_definition=definition[1] or None,
        owner=definition[3],
        storage=engine,
        properties={name: str(value) for name, value in properties.items() if value},
        row_estimate=None if count is None else int(count),
        size_bytes=None if size is None else int(size),
        created_at=None,
        altered_at=_when(updated) or _when(created),
        next_auto_increment=None if increment is None else int(increment),
        partitions=int(partitions[0][3]) if partitions else None,
    )
    for _, name, timing, event, body in sorted(raw.rows.get("triggers", [])):
        yield Trigger(
            fqn=names.child(scope.fqn, name),
            name=name,
            parent=scope.fqn,
            timing=timing.lower(),
            events=(event.lower(),),
            level="row",
            definition=body,
        )


def _option(value: Any) -> str | None:
    return None if value in (None, "NONE") else str(value).lower()


def _when(value: Any) -> datetime | None:
    """The session's time zone is UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def _partitioning(row: tuple[Any, ...]) -> Partitioning:
    """``RANGE COLUMNS`` and ``KEY`` list columns; other methods have an expression, often a single column."""
    _, method, expression, _ = row
    expression = expression or ""
    found = tuple(name.replace("``", "`") for name in _NAME.findall(expression))
    plain = not re.sub(r"[\s,]", "", _NAME.sub("", expression))
    words = [word for word in method.lower().split() if word not in ("columns", "linear")]
    return Partitioning(
        strategy={"system_time": "range"}.get(words[0], words[0]),
        columns=found if plain else (),
        expression=None if plain else expression,
    )


def sequence(raw: Raw, scope: Scope) -> Sequence:
    _, following, minimum, maximum, start, increment, _, cycle, _ = raw.rows["sequences"][0][:9]
    return Sequence(
        **identity(scope),
        native_type="bigint",
        start=int(start),
        increment=int(increment),
        minimum=int(minimum),
        maximum=int(maximum),
        cycle=bool(cycle),
        last_value=int(following),
    )


@dataclass
class Signature:
    """A routine as listed: what its FQN is made of."""

    schema: str
    name: str
    kind: str
    arguments: list[Argument] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.name}({', '.join(each.native_type for each in self.arguments)})"


def routines(rows: Iterable[tuple[Any, ...]], extract: MetadataExtract) -> list[Listed]:
    """Routines from the rows of their parameters. A procedure with the signature of a function says what it is."""
    found: dict[tuple[str, str, str], Signature] = {}
    for schema, name, kind, ordinal, mode, parameter, native in rows:
        signature = found.setdefault((schema, name, kind), Signature(schema, name, kind))
        if ordinal is not None:
            signature.arguments.append(
                Argument(name=parameter, native_type=str(native or ""), mode=(mode or "IN").lower())
            )
    taken = {(each.schema, each.key) for each in found.values() if each.kind == "FUNCTION"}
    listed = []
    for each in found.values():
        key = each.key
        if each.kind == "PROCEDURE" and (each.schema, key) in taken:
            key += " procedure"
        rule = routine_rule(extract, each.name, key)
        listed.append(Listed(each.schema, key, key, (each.schema, key), rule, data=each))
    return listed


def routine(raw: Raw, scope: Scope) -> StoredProcedure:
    signature: Signature = raw.listed.data
    _, returns, code, deterministic, security, comment, language = raw.rows["bodies"][0]
    return StoredProcedure(
        **identity(scope),
        display_name=signature.name,
        comment=comment or None,
        kind=signature.kind.lower(),
        language=(language or "sql").lower(),
        arguments=tuple(signature.arguments),
        returns=returns if signature.kind == "FUNCTION" else None,
        code=code,
        deterministic=deterministic == "YES",
        security_definer=security == "DEFINER",
    )
