"""Routines of a schema: functions, procedures, packages, and the events that the server runs by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connectors.common.sql.sliced_source import routine_rule
from connectors.common.sql.slices import Listed, Raw, weigh
from connectors.mysql.build import definitions, grants
from specs.config import MetadataExtract
from specs.entities.database.routines import Argument, StoredProcedure
from specs.sources.database.metadata import identity
from specs.topology.scope import Scope

WITHOUT_ARGUMENTS = ("PACKAGE", "PACKAGE BODY", "EVENT")
"""Kinds that the FQN names, since they have names of their own and no arguments."""
_SCHEDULE = ("schedule", "starts", "ends", "on_completion", "time_zone", "status")


@dataclass
class Signature:
    """A routine as listed: what its FQN is made of."""

    schema: str
    name: str
    kind: str
    weight: int = 1
    arguments: list[Argument] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.name}({', '.join(each.native_type for each in self.arguments)})"


def listed(rows: Iterable[tuple[Any, ...]], extract: MetadataExtract) -> list[Listed]:
    """Routines from the rows of their parameters. A procedure with the signature of a function says what it is."""
    found: dict[tuple[str, str, str], Signature] = {}
    for schema, name, kind, ordinal, mode, parameter, native, length in rows:
        signature = found.setdefault((schema, name, kind), Signature(schema, name, kind, weigh(length)))
        if ordinal is not None:
            signature.arguments.append(
                Argument(name=parameter, native_type=str(native or ""), mode=(mode or "IN").lower())
            )
    taken = {(each.schema, each.key) for each in found.values() if each.kind == "FUNCTION"}
    routines = []
    for each in found.values():
        key = each.key
        if each.kind in WITHOUT_ARGUMENTS:
            key = f"{each.kind.lower()} {each.name}"
        elif each.kind == "PROCEDURE" and (each.schema, key) in taken:
            key += " procedure"
        rule = routine_rule(extract, each.name, key)
        routines.append(Listed(each.schema, key, key, (each.schema, key), rule, each.weight, each))
    return routines


def build(raw: Raw, scope: Scope) -> StoredProcedure:
    signature: Signature = raw.listed.data
    row = raw.rows["bodies"][0]
    _, returns, deterministic, security, comment, language, definer, mode, access, *schedule, statement = row
    told = definitions.routine(statement, signature.kind) if statement else None
    kind = "aggregate" if told and told.aggregate else signature.kind.lower()
    properties = {"sql_data_access": access.lower() if access and access != "CONTAINS SQL" else None}
    properties.update(zip(_SCHEDULE, schedule, strict=True))
    return StoredProcedure(
        **identity(scope),
        display_name=signature.name,
        comment=comment or None,
        kind=kind,
        language=(language or "sql").lower(),
        arguments=tuple(signature.arguments),
        returns=returns if signature.kind == "FUNCTION" else None,
        code=told.body if told else None,
        deterministic=None if signature.kind in WITHOUT_ARGUMENTS else deterministic == "YES",
        grants=grants.build(raw.rows.get("grants", [])),
        security_definer=security == "DEFINER",
        definer=definer,
        settings={"sql_mode": mode} if mode else {},
        properties={name: str(value) for name, value in properties.items() if value is not None},
    )
