"""The objects that a run no longer saw, the source's answers about them, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specs.errors import UsageError
from workers.catalog import Catalog, DeletionView
from workers.store.database import open_database


@dataclass(frozen=True, slots=True)
class RunDeletions:
    """``approved`` counts, per entity type, what was applied just now."""

    run: str
    approved: dict[str, int]
    deletions: list[DeletionView]

    def as_json(self) -> dict[str, Any]:
        return {"run": self.run, "approved": self.approved, "deletions": [each.as_json() for each in self.deletions]}


def deletions(catalog: str, run: str, *, approve: bool = False, doubtful: bool = False) -> RunDeletions:
    """The objects that a run missed. First, ``approve`` applies the deletions that wait above the cap, and ``doubtful``
    those in doubt as well.

    Raises ``UsageError`` for ``doubtful`` without ``approve``.
    """
    if doubtful and not approve:
        raise UsageError("--doubtful widens --approve", remedy="say both")
    with open_database(catalog, create=False) as db:
        found = Catalog(db)
        approved = found.approve(run, doubtful=doubtful) if approve else {}
        return RunDeletions(run, approved, list(found.deletions(run)))
