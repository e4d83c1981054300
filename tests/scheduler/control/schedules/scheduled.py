"""A catalog with schedules, and a clock that tests turn."""

from __future__ import annotations

from typing import Any

from scheduler.control.schedules.fires import Firing
from specs.recipe.recipe import Recipe
from workers.ledger import SqlLedger
from workers.schedules import Schedule, Schedules
from workers.schedules.schedules import stored
from workers.store.database import SqlDatabase

NOON = 1_780_315_200.0
"""2026-06-01 12:00 UTC."""
HOUR = 3600.0
FAKE = "specs.testing.fake:spec"


class Clock:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Case:
    def __init__(self, db: SqlDatabase) -> None:
        self.db, self.clock = db, Clock()
        self.ledger, self.schedules = SqlLedger(db), Schedules(db)
        self.firing = Firing(self.schedules, clock=self.clock)

    def add(self, name: str = "hourly", cron: str = "0 * * * *", service: str = "estate", **changes: Any) -> None:
        recipe = Recipe.from_dict({"service": {"name": service, "type": FAKE}})
        made = Schedule(
            name, stored(recipe.to_dict()), cron, "UTC", 0.0, "skip", "none", None, False, self.clock(), self.clock()
        )  # fmt: skip
        self.schedules.add(made._replace(**changes))

    def later(self, seconds: float) -> list[str]:
        """What is fired that much later, as ``outcome`` of each."""
        self.clock.now += seconds
        return [fire.outcome for fire in self.firing.step()]

    def end(self, run: str | None = None) -> None:
        for each in self.ledger.open_runs():
            if run in (None, each.id):
                self.ledger.end(each.id, state="failed", reason="over", now=self.clock())

    def outcomes(self, name: str = "hourly") -> list[str]:
        """Of all times, oldest first."""
        return [fire.outcome for fire in reversed(self.schedules.fires(name, 1000))]
