"""The failures of a run: objects that were listed and could not be read, and incomplete listings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any

from workers.ledger import SqlLedger
from workers.ledger.answers.views import Failure, Incomplete
from workers.store.database import open_database


@dataclass(frozen=True, slots=True)
class RunFailures:
    """``objects`` are the first of those that failed; ``reasons`` counts all of them by why."""

    run: str
    objects: list[Failure]
    scopes: list[Incomplete]
    reasons: Counter[str]

    @property
    def total(self) -> int:
        return sum(self.reasons.values())

    def as_json(self) -> dict[str, Any]:
        objects = [each.as_json() for each in self.objects]
        return {"run": self.run, "objects": objects, "scopes": [each.as_json() for each in self.scopes]}


def failures(catalog: str, run: str, limit: int | None = None) -> RunFailures:
    """Up to ``limit`` objects, without it all. Raises ``UsageError`` when there is no run of this id."""
    with open_database(catalog, create=False) as db:
        ledger = SqlLedger(db)
        ledger.run(run)
        scopes, found = ledger.incomplete(run), ledger.failures(run)
        first = list(islice(found, limit))
        reasons = Counter(each.reason for each in first)
        reasons.update(each.reason for each in found)
    return RunFailures(run, first, scopes, reasons)
