"""The rooms that own tables, and the statements that create these tables."""

from __future__ import annotations

import re

from workers.store import named_sql

ROOMS = (
    "workers.ledger", "workers.catalog", "workers.lineage", "workers.feed", "workers.schedules", "workers.presence",
)  # fmt: skip
"""Rooms with a ``schema.<dialect>.sql``, in the order in which their tables are created. Only a room's own SQL writes
to its tables; others may read them."""


def creation(dialect: str) -> list[str]:
    """The statements that create everything in an empty database."""
    return [statement for room in ROOMS for statement in named_sql.schema(room, dialect)]


def tables(statements: list[str]) -> list[str]:
    """The names of the tables that these statements create."""
    created = r"^CREATE (?:UNLOGGED |VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)"
    return re.findall(created, "\n".join(statements), re.MULTILINE)
