"""Actions of people on schedules: add, list with their times, pause, remove, fire by hand."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from scheduler.control.crew import missing
from scheduler.control.schedules import times
from scheduler.control.schedules.fires import Firing
from specs.errors import UsageError
from workers.schedules import Fire, Schedule, Schedules
from workers.store.database import open_database

RECENT = 20
"""Fire times that are shown of a single schedule; in a list of schedules only the last one of each is."""


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """A schedule, its next time (``None`` while it is paused) and its latest ones, newest first; epoch seconds."""

    schedule: Schedule
    next: float | None
    fires: list[Fire]

    @property
    def recipe(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.schedule.recipe)
        return found

    def as_json(self) -> dict[str, Any]:
        found = self.schedule._asdict() | {"recipe": self.recipe}
        return found | {"next": self.next, "fires": [fire._asdict() for fire in self.fires]}


@dataclass(frozen=True, slots=True)
class AddedSchedule:
    """``notices`` say which processes are missing for it to be fired."""

    name: str
    next: float | None
    notices: list[str]


@dataclass(frozen=True, slots=True)
class FiredSchedule:
    """What became of a fire by hand. ``notices`` say which kinds of process are missing."""

    fire: Fire
    notices: list[str]

    def as_json(self) -> dict[str, Any]:
        return self.fire._asdict()


def add(catalog: str, schedule: Schedule, *, replace: bool = False) -> AddedSchedule:
    """Store a schedule that was checked. Raises ``UsageError`` when its name is taken, and not ``replace``."""
    with open_database(catalog) as db:
        Schedules(db).add(schedule, replace=replace)
        notices = missing(db, ("scheduler",))
    return AddedSchedule(schedule.name, times.upcoming(schedule, schedule.created_at), notices)


def schedules(catalog: str, name: str | None = None) -> list[ScheduleStatus]:
    """All schedules, or the one called ``name``. Raises ``UsageError`` for an unknown one, with the known ones."""
    with open_database(catalog, create=False) as db:
        found = Schedules(db)
        chosen = found.all() if name is None else [found.get(name)]
        fires = [found.fires(each.name, 1 if name is None else RECENT) for each in chosen]
    now = time.time()
    return [
        ScheduleStatus(each, None if each.paused else times.upcoming(each, now), of_it)
        for each, of_it in zip(chosen, fires, strict=True)
    ]


def pause(catalog: str, name: str, *, paused: bool) -> None:
    """Stop firing a schedule, or fire it again. Raises ``UsageError`` for an unknown one."""
    with open_database(catalog, create=False) as db:
        Schedules(db).pause(name, paused=paused, now=time.time())


def remove(catalog: str, name: str) -> None:
    """Forget a schedule; a run that it opened goes on. Raises ``UsageError`` for an unknown one."""
    with open_database(catalog, create=False) as db:
        Schedules(db).remove(name)


def fire(catalog: str, name: str) -> FiredSchedule:
    """Fire a schedule now, also a paused one. Raises ``UsageError`` when its overlap policy leaves the time out."""
    with open_database(catalog, create=False) as db:
        found = Firing(Schedules(db)).now(name)
        notices = missing(db)
    if found.outcome == "skipped":
        raise UsageError(f"not started: {found.reason}", remedy="wait for its end, or: headrace cancel RUN")
    return FiredSchedule(found, notices)
