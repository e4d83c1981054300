"""Asks the server by name whether objects exist."""

from __future__ import annotations

from connectors.mysql.listing import MysqlListing
from specs.sources.base import Presence
from specs.sql_files import load
from specs.topology.scope import Scope

DATABASE = "def"
"""The one database, as information_schema calls it."""
_NODES = {"Table": "table", "Sequence": "sequence", "StoredProcedure": "stored_procedure"}


def exists(listing: MysqlListing, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
    """``yes`` or ``no`` by name. An object that our grants hide looks absent; the fingerprint shows whether they
    changed.

    Raises ``HeadraceError``, classified.
    """
    if scope.path[1:2] not in ((), (DATABASE,)):
        return dict.fromkeys(names, "no")
    if type_ == "Database":
        found = {DATABASE}
    elif type_ == "Schema":
        found = {row[0] for row in listing.schemas()}
    elif type_ == "Trigger":
        rows = listing.driver.rows(load("connectors.mysql")["trigger_names"], {"schemas": [scope.path[-2]]})
        found = {name for schema, table, name in rows if (schema, table) == scope.path[-2:]}
    elif type_ in _NODES:
        found = listing.names(_NODES[type_], scope.name)
    else:
        return {}
    return {name: "yes" if name in found else "no" for name in names}
