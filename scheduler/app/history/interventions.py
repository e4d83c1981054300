"""Actions of a person on an open run: cancel it, pause it, let it go on."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from specs.errors import UsageError
from workers.ledger import SqlLedger
from workers.store.database import open_database


@dataclass(frozen=True, slots=True)
class Intervention:
    """A run, and its new state."""

    run: str
    state: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def cancel(catalog: str, run: str) -> Intervention:
    """Cancel an open run; a run that is cancelled already stays so. Raises ``UsageError`` for any other run."""
    with open_database(catalog, create=False) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        if found.open:
            found = ledger.end(run, state="cancelled", reason="by hand", now=time.time())
    if found.state != "cancelled":
        raise UsageError(f"run {run} is {found.state}: there is nothing to cancel", remedy="see: headrace runs")
    return Intervention(run, found.state)


def pause(catalog: str, run: str) -> Intervention:
    """Pause an open run of a cluster. Raises ``UsageError`` for any other run."""
    with open_database(catalog, create=False) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        if not found.open:
            raise UsageError(f"run {run} is {found.state}: there is nothing to pause", remedy="see: headrace runs")
        if found.via == "embedded":
            remedy = f"stop that command with Ctrl-C or SIGTERM; go on with: headrace resume {run}"
            raise UsageError(f"run {run} is crawled by one command, not by a cluster", remedy=remedy)
        ledger.pause(run)
    return Intervention(run, "paused")


def unpause(catalog: str, run: str) -> Intervention | None:
    """Let a paused run of a cluster go on; ``None``: the run is none of a cluster, or is over.

    Raises ``UsageError`` when it was not paused.
    """
    with open_database(catalog, create=False) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        if not found.open or found.via == "embedded":
            return None
        if not found.paused:
            what = f"the workers of a cluster are at work on run {run}: there is nothing to resume"
            raise UsageError(what, remedy=f"see: headrace status {run}")
        ledger.unpause(run)
    return Intervention(run, "running")
