"""The steps of the connection test."""

from __future__ import annotations

from collections.abc import Callable

from connectors.common.sql.inspector.facets.reflection import Reflection
from connectors.common.sql.inspector.listing import InspectorListing
from connectors.common.sql.slices import Listed

ENOUGH = 10
"""Relations whose columns are read."""


def check(
    listing: InspectorListing, reflection: Reflection, identity: Callable[[], str], version: Callable[[], str | None]
) -> list[tuple[str, Callable[[], str]]]:
    """Connect, identify, list, and read a few columns: ``(step, what returns its evidence)`` in order."""
    first: list[Listed] = []

    def relations() -> str:
        count = 0
        for schema in listing.schemas():
            found = listing.relations(schema)
            count += len(found)
            first.extend(found[: ENOUGH - len(first)])
        return f"{count} found"

    def columns() -> str:
        rows = [row for each in first for row in reflection.columns([each])]
        found = sum(len(row[1]) for row in rows if isinstance(row[1], list))
        return f"{found} columns of {len(first)} tables and views"

    return [
        ("connect", lambda: f"{listing.dialect}, {listing.driver.config.endpoint()}"),
        ("identify the server", lambda: f"version {version() or 'unknown'}, {identity()}"),
        ("list schemas", lambda: f"{len(listing.schemas())} found"),
        ("list tables and views", relations),
        ("read columns", columns),
    ]
