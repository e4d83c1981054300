"""The runs of a catalog, each in one line."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from scheduler.app.runs.run_sinks import due
from scheduler.app.runs.run_state import state_of
from specs.contracts.assignment import Assignment
from specs.contracts.work import Run
from specs.service_spec import METADATA
from workers.ledger import SqlLedger
from workers.process import liveness
from workers.store.database import open_database

RECENT = 20
"""The number of latest runs among which the run of this process is searched: others may have been opened since."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run. Times are in seconds since 1970; ``ended_at`` is ``None`` while it is open."""

    id: str
    service: str
    service_type: str
    state: str
    via: str
    paused: bool
    schedule: str | None
    parent: str | None
    started_at: float
    ended_at: float | None
    reason: str
    parts: tuple[str, ...] = (METADATA,)

    def as_json(self) -> dict[str, Any]:
        """With its parts where it has another one than metadata."""
        found = asdict(self)
        if self.parts == (METADATA,):
            del found["parts"]
        return found


def runs(catalog: str, service: str | None = None, limit: int = 20) -> list[RunLine]:
    """The latest runs, of one service or of all, newest first."""
    with open_database(catalog, create=False) as db:
        ledger = SqlLedger(db)
        return [_line(ledger, run) for run in ledger.runs(service, limit)]


def _line(ledger: SqlLedger, run: Run) -> RunLine:
    return RunLine(
        run.id, run.service, run.service_type, state_of(ledger, run), run.via, run.paused, run.schedule, run.parent,
        run.started_at, run.ended_at, run.reason, run.parts,
    )  # fmt: skip


def left_over(catalog: str) -> str | None:
    """The run that this process has opened, if it can be resumed."""
    with open_database(catalog, create=False) as db:
        ours = next((run for run in SqlLedger(db).runs(None, RECENT) if run.owner == liveness.name()), None)
        if ours is None or not (ours.open or due(db, ours, Assignment.of(ours).recipe)):
            return None
        return ours.id
