"""The steps of the connection test."""

from __future__ import annotations

from collections.abc import Callable

from connectors.common.sql.slices import Listed
from connectors.duckdb.facets.facets import rows
from connectors.duckdb.listing import DuckdbListing

ENOUGH = 10
"""Relations whose columns are read."""


def check(
    listing: DuckdbListing, endpoint: str, identity: Callable[[], str], version: Callable[[], str | None]
) -> list[tuple[str, Callable[[], str]]]:
    """Open, identify, list, and read a few columns: ``(step, what returns its evidence)`` in order."""

    first: list[Listed] = []

    def relations() -> str:
        found = listing.below("table", [name for name, *_ in listing.schemas()])
        first.extend(found[:ENOUGH])
        return f"{len(found)} found"

    def columns() -> str:
        return f"{len(list(rows(listing.driver, 'columns')(first)))} columns of {len(first)} tables and views"

    return [
        ("open the file", lambda: f"{listing.database()[0]}, {endpoint}"),
        ("identify the server", lambda: f"DuckDB {version()}, {identity()}"),
        ("list schemas", lambda: f"{len(listing.schemas())} found"),
        ("list tables and views", relations),
        ("read columns", columns),
    ]
