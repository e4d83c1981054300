"""The sizes of listings when they were last read, by the live entities of the catalog."""

from __future__ import annotations

import json
from collections.abc import Sequence

from workers.store.connection import Connection
from workers.store.statements import Statements

COUNTED_OBJECTS = 100_001
"""The number at which counting a listing stops: no decision depends on sizes above it."""


def sizes(conn: Connection, listings: Sequence[str]) -> dict[str, int]:
    """The number of live objects, secondary ones included and at most ``COUNTED_OBJECTS``, by listing (an FQN of a
    scope); listings without any are left out."""
    sql = Statements(conn, "workers.catalog")
    rows = sql.all("listing_sizes", listings=json.dumps(list(listings)), most=COUNTED_OBJECTS)
    return {str(row[0]): int(row[1]) for row in rows if row[1]}
