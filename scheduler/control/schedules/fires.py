"""Fires due schedules: opens their runs, and makes up for times that passed while no scheduler ran."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable

from scheduler.control.openings import opening, untyped
from scheduler.control.schedules import times
from scheduler.control.times import MISSED_SECONDS
from specs.contracts.assignment import Opening
from specs.errors import Fatal, HeadraceError, Retry, UsageError
from specs.recipe.recipe import Recipe
from workers.schedules import Fire, Outcome, Schedule, Schedules

log = logging.getLogger("headrace.scheduler")


class Firing:
    """Fires schedules. Several schedulers may do so at once: the first one settles a time, in the same transaction that
    opens its run, and the others find it settled."""

    def __init__(self, schedules: Schedules, *, clock: Callable[[], float] = time.time) -> None:
        self._schedules, self._clock = schedules, clock

    def step(self) -> list[Fire]:
        """Fire all schedules that are due now; returns what became of each time that this call settled.

        Raises ``Retry`` while the database is unavailable, and after all others were fired ``UsageError`` for schedules
        that this process does not understand.
        """
        now = self._clock()
        fires = [fire for name in self._schedules.queued() if (fire := self._release(name, now))]
        wrong: list[str] = []
        for schedule in self._schedules.all():
            if schedule.paused:
                continue
            try:
                fires += self._due(schedule, now)
            except UsageError as error:  # added by another version, or with a time zone that this machine does not know
                wrong.append(f"{schedule.name}: {error}")
        for fire in fires:
            _tell(fire)
        if wrong:
            raise UsageError("; ".join(wrong), remedy="correct with: headrace schedule add ... --replace")
        return fires

    def now(self, name: str) -> Fire:
        """Fire a schedule by hand, even when it is paused; its overlap policy holds.

        Raises ``UsageError`` for an unknown name, and ``Fatal`` when the schedule was removed or fired meanwhile.
        """
        at = self._clock()
        fire = self._schedules.fire(name, at, opening_of(self._schedules.get(name)), now=at, by_hand=True)
        if fire is None:
            raise Fatal(
                f"schedule {name!r} was removed, or fired by another process", remedy="see: headrace schedule list"
            )
        return fire

    def _due(self, schedule: Schedule, now: float) -> list[Fire]:
        found = times.due(schedule, now)
        missed = [each for each in found if now - each - times.delay(schedule, each) > MISSED_SECONDS]
        fires: list[Fire | None] = []
        for each in missed:
            made_up = schedule.catch_up == "all" or (schedule.catch_up == "last" and each == found[-1])
            if made_up:
                fires.append(self._fire(schedule, each, now, wait=schedule.catch_up == "all"))
            else:
                fires.append(self._settle(schedule, each, "missed", "no scheduler was there", now))
        fires += [self._fire(schedule, each, now) for each in found[len(missed) :]]
        return [fire for fire in fires if fire is not None]

    def _fire(self, schedule: Schedule, at: float, now: float, *, wait: bool = False) -> Fire | None:
        try:
            opened = opening_of(schedule)
        except Retry:
            raise
        except HeadraceError as error:
            return self._settle(schedule, at, "failed", str(error), now)
        return self._schedules.fire(schedule.name, at, opened, now=now, wait=wait)

    def _settle(self, schedule: Schedule, at: float, outcome: Outcome, reason: str, now: float) -> Fire | None:
        first = self._schedules.settle(schedule.name, at, outcome, reason, now=now)
        return Fire(schedule.name, at, outcome, None, reason, now) if first else None

    def _release(self, name: str, now: float) -> Fire | None:
        try:
            opened: Opening | str = opening_of(self._schedules.get(name))
        except Retry:
            raise
        except HeadraceError as error:
            opened = str(error)
        return self._schedules.release(name, opened, now=now)


def opening_of(schedule: Schedule) -> Opening:
    """The run that a schedule opens. Raises ``UsageError`` when this version of the program refuses its recipe."""
    recipe = Recipe.from_dict(json.loads(schedule.recipe), where=f"schedule {schedule.name}")
    untyped(recipe)
    return opening(recipe)


def _tell(fire: Fire) -> None:
    level = {"started": logging.INFO, "queued": logging.INFO, "failed": logging.ERROR}.get(
        fire.outcome, logging.WARNING
    )
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(fire.fire_time))
    what = f"run {fire.run}" if fire.run else fire.reason
    log.log(level, "schedule %s, %s: %s (%s)", fire.schedule, at, fire.outcome, what)
