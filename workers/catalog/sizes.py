"""How large listings were when they were last read: what is live there now."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from workers.store.statements import Statements

MOST = 100_001
"""Objects beyond which a listing is not counted: whatever is decided by its size is decided by then."""


def sizes(conn: Connection, listings: Sequence[str]) -> dict[str, int]:
    """Live objects of each listing (FQNs of scopes) that has any, secondary ones included, at most ``MOST``."""
    sql = Statements(conn, "workers.catalog")
    rows = sql.all("listing_sizes", listings=json.dumps(list(listings)), most=MOST)
    return {str(row[0]): int(row[1]) for row in rows if row[1]}
