"""Asks the file by name whether objects are there."""

from __future__ import annotations

import json

from connectors.sqlite.listing import MAIN, SqliteListing
from specs.sources.base import Presence
from specs.topology.scope import Scope

_QUERIES = {"Table": "exists_table", "Trigger": "exists_trigger"}


def exists(listing: SqliteListing, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
    """A file shows everything to every process that may read it. Raises ``HeadraceError``, classified."""
    if any(part != MAIN for part in scope.path[1:3]):
        return dict.fromkeys(names, "no")
    if type_ in ("Database", "Schema"):
        found = {MAIN}
    elif type_ in _QUERIES:
        found = {row[0] for row in listing.rows(_QUERIES[type_], names=json.dumps(names), relation=scope.name)}
    else:
        return {}
    return {name: "yes" if name in found else "no" for name in names}
