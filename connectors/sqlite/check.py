"""The steps of the connection test."""

from __future__ import annotations

from collections.abc import Callable

from connectors.sqlite.facets.facets import SqliteFacets
from connectors.sqlite.listing import SqliteListing

ENOUGH = 10
"""Relations whose columns are read."""


def check(listing: SqliteListing, identity: Callable[[], str]) -> list[tuple[str, Callable[[], str]]]:
    """Open, identify, list, and read a few columns: ``(step, what returns its evidence)`` in order."""
    path = listing.driver.path

    def version() -> str:
        return str(listing.rows("version")[0][0])

    def opened() -> str:
        version()
        return f"{path.absolute()}, {path.stat().st_size:,} bytes"

    def columns() -> str:
        first = listing.relations()[:ENOUGH]
        found = list(SqliteFacets(listing).columns(first))
        return f"{len(found)} columns of {len(first)} tables and views"

    return [
        ("open the file", opened),
        ("identify the server", lambda: f"SQLite {version()}, {identity()}"),
        ("list tables and views", lambda: f"{len(listing.relations())} found"),
        ("read columns", columns),
    ]
