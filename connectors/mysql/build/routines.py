"""Routines of a schema: functions, procedures, packages, and the events that the server runs by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.common.sql.slices import Raw
from connectors.mysql.build import definitions, grants
from specs.entities.database.routines import Argument, StoredProcedure
from specs.sources.database.metadata import identity
from specs.topology.scope import Scope

WITHOUT_ARGUMENTS = ("PACKAGE", "PACKAGE BODY", "EVENT")
"""Kinds that the FQN names, since they have names of their own and no arguments."""
_SCHEDULE = ("schedule", "starts", "ends", "on_completion", "time_zone", "status")


@dataclass
class RoutineSignature:
    """A routine as listed: what its FQN is made of."""

    schema: str
    name: str
    kind: str
    weight: int = 1
    arguments: list[Argument] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.name}({', '.join(each.native_type for each in self.arguments)})"


def build(raw: Raw, scope: Scope) -> StoredProcedure:
    signature: RoutineSignature = raw.listed.data
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
