"""Asks by name whether objects exist."""

from __future__ import annotations

from connectors.common.sql.inspector.listing import InspectorListing
from specs.sources.base import Presence
from specs.topology.scope import Scope

SHOWING = {"sqlite", "duckdb", "postgresql"}
"""Dialects whose catalog shows every object to every user who may connect, or that have no rights."""


def exists(listing: InspectorListing, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
    """A clear ``no`` only where a dialect is known to show what we may not read; elsewhere a ``REVOKE`` makes live
    objects look absent, so that absence is ``unknown``.

    Raises what the driver raises, which ``Driver.classify`` names.
    """
    absent: Presence = "no" if listing.dialect in SHOWING else "unknown"
    if scope.path[1:2] not in ((), (listing.database,)):
        return dict.fromkeys(names, absent)
    if type_ == "Database":
        found = {listing.database}
    elif type_ == "Schema":
        found = set(listing.schemas())
    elif type_ in ("Table", "Sequence"):
        if scope.name not in listing.schemas():
            return dict.fromkeys(names, absent)
        listed = listing.relations(scope.name) if type_ == "Table" else listing.sequences(scope.name)
        found = {each.name for each in listed}
    else:
        return {}
    return {name: "yes" if name in found else absent for name in names}
