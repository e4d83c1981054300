"""Asks by name whether objects exist in the file."""

from __future__ import annotations

from connectors.duckdb.listing import DuckdbListing
from specs.sources.base import Presence
from specs.topology.scope import Scope

_NODES = {"Table": "table", "Sequence": "sequence", "UserType": "type", "StoredProcedure": "stored_procedure"}


def exists(listing: DuckdbListing, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
    """``yes`` or ``no`` by name: a process that may read the file sees all of it. Raises ``HeadraceError``,
    classified."""
    database, _ = listing.database()
    if scope.path[1:2] not in ((), (database,)):
        return dict.fromkeys(names, "no")
    if type_ == "Database":
        found = {database}
    elif type_ == "Schema":
        found = {name for name, *_ in listing.schemas()}
    elif type_ == "Trigger":
        found = listing.triggers(*scope.path[-2:])
    elif type_ in _NODES:
        found = {each.name for each in listing.below(_NODES[type_], [scope.name])}
    else:
        return {}
    return {name: "yes" if name in found else "no" for name in names}
