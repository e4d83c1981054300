"""The status of one run: its results, what was left out and why, and its progress while it is open."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from scheduler.app.runs.results import summarise
from scheduler.app.runs.run_state import state_of
from scheduler.app.runs.summary import Summary
from scheduler.control.snapshots import result
from specs.contracts.work import Run
from specs.service_spec import METADATA
from workers.ledger import SqlLedger
from workers.ledger.answers.views import PartTally
from workers.schedules import Chores
from workers.store.database import SqlDatabase, open_database


@dataclass(frozen=True, slots=True)
class RunPosition:
    """The progress of an open run: the numbers of known and finished units, and the FQNs of units that workers hold."""

    known: int
    done: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run. ``state`` is a word for people; ``position`` is ``None`` once the run is over."""

    summary: Summary
    state: str
    via: str
    paused: bool
    schedule: str | None
    deadline_at: float | None
    position: RunPosition | None
    parts: dict[str, PartTally] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        return 0 if self.position is not None else self.summary.exit_code

    def as_json(self) -> dict[str, Any]:
        """With what each part has done, where there is another one than metadata."""
        at = self.position
        return {
            **self.summary.as_json(),
            "state": self.state,
            "via": self.via,
            "paused": self.paused,
            "schedule": self.schedule,
            "deadline_at": self.deadline_at,
            **({"parts": {part: each._asdict() for part, each in self.parts.items()}} if self.parts else {}),
            "sinks": self.summary.sinks,
            "sink_errors": self.summary.sink_errors,
            "progress": {"known": at.known, "done": at.done, "scopes": list(at.scopes)} if at else None,
        }


def status(catalog: str, run: str) -> RunStatus:
    """Raises ``UsageError`` when there is no run of this id."""
    with open_database(catalog, create=False) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        now = ledger.progress(run) if found.open else None
        return RunStatus(
            summary_of(db, found), state_of(ledger, found), found.via, found.paused, found.schedule, found.deadline_at,
            RunPosition(now.known, now.done, now.scopes) if now else None,
            ledger.parts(run) if found.parts != (METADATA,) else {},
        )  # fmt: skip


def summary_of(db: SqlDatabase, run: Run) -> Summary:
    """What a run did, with what became of its sinks."""
    seconds = max(0.0, (run.ended_at or time.time()) - run.started_at)
    published = result(Chores(db).published(run.id)[1])
    return summarise(db, SqlLedger(db), run, seconds=seconds, published=published)
