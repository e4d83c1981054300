"""How many objects an object has next to it in lineage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workers.catalog import Entry
from workers.lineage.hops import FlowPlace, reading
from workers.store.database import open_database


class Neighbours(NamedTuple):
    """How many objects feed one directly, and how many it feeds."""

    upstream: int
    downstream: int


def neighbours(catalog: str, entries: Sequence[Entry]) -> list[Neighbours]:
    """Those of each object."""
    with open_database(catalog, create=False) as db, reading(db) as edges:
        return [
            Neighbours(*(edges.count([FlowPlace(each.type, each.fqn)], way) for way in ("upstream", "downstream")))
            for each in entries
        ]
