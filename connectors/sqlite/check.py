"""The steps of the connection test."""

from __future__ import annotations

from collections.abc import Callable

from connectors.common.sql.slices import Listed
from connectors.sqlite.facets.facets import SqliteFacets
from connectors.sqlite.listing import SqliteListing

ENOUGH = 10
"""Relations whose columns are read."""


def check(listing: SqliteListing, identity: Callable[[], str]) -> list[tuple[str, Callable[[], str]]]:
    """Open, identify, list, and read a few columns: ``(step, what returns its evidence)`` in order."""
    path = listing.driver.path
    first: list[Listed] = []

    def version() -> str:
        return str(listing.rows("version")[0][0])

    def opened() -> str:
        version()
        return f"{path.absolute()}, {path.stat().st_size:,} bytes"

    def relations() -> str:
        found = listing.relations()
        first.extend(found[:ENOUGH])
        return f"{len(found)} found"

    def columns() -> str:
        found = list(SqliteFacets(listing).columns(first))
        return f"{len(found)} columns of {len(first)} tables and views"

    return [
        ("open the file", opened),
        ("identify the server", lambda: f"SQLite {version()}, {identity()}"),
        ("list tables and views", relations),
        ("read columns", columns),
    ]
