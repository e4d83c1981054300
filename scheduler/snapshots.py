"""Writes the sinks of closed cluster runs: each run's once, whoever comes first, again after a failure."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from specs.errors import HeadraceError, Retry
from specs.recipe import Recipe
from workers import liveness
from workers.database import Database
from workers.logs import context
from workers.publisher import Published, publish
from workers.scheduling import Chores, Ended, Leadership

ROLE = "snapshots"
FIRST, LONGEST = 2.0, 300.0
"""Seconds until a failed sink is tried again: the first time, and at most."""
Publish = Callable[[Database, Recipe, dict[str, str]], Published]
log = logging.getLogger("headrace.scheduler")


class Snapshots:
    """One process at a time writes, under a lease for just as long. A newer run of a service writes for the older ones
    too."""

    def __init__(
        self, db: Database, *, publish: Publish = publish, name: str = "", lease: float = 60.0,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        name = name or f"{liveness.name()}/{secrets.token_hex(4)}"
        self._db, self._publish, self._clock = db, publish, clock
        self._chores = Chores(db, clock=clock)
        self.leadership = Leadership(db, ROLE, name=name, lease=lease, clock=clock)

    def step(self, only: str | None = None) -> int:
        """Write what is due, for one run or for all; returns for how many runs. Raises ``Retry`` while the database is
        out."""
        waiting = self._chores.unpublished()
        newest = {each.service: each.run for each in reversed(waiting)}
        due = [each for each in waiting if self._due(each, newest, only)]
        if not due or not self.leadership.hold():
            return 0
        try:
            with self.leadership.kept():
                return sum(self._write(each, newest[each.service]) for each in due)
        finally:
            self.leadership.leave()

    def _due(self, ended: Ended, newest: dict[str, str], only: str | None) -> bool:
        if only is not None and ended.run != only:
            return False
        return newest[ended.service] != ended.run or self._clock() >= ended.published.get("again", 0.0)

    def _write(self, ended: Ended, newest: str) -> bool:
        if self._chores.published(ended.run)[0]:  # by whoever held the lease before us
            return False
        if ended.run != newest:
            return self._chores.publish(ended.run, {"by": newest}, done=True)
        told = self._told(ended)
        done = not told["errors"]
        noted = self._chores.publish(ended.run, told, done=done)
        with context(run=ended.run):
            for error in told["errors"]:
                log.error("a sink of run %s failed, and is tried again in %.0fs: %s", ended.run, told["wait"], error)
            if told["lines"] and done:
                log.info("the sinks of run %s are written", ended.run)
        return noted

    def _told(self, ended: Ended) -> dict[str, Any]:
        try:
            recipe = Recipe.from_dict(ended.recipe, where=f"run {ended.run}")
            done = self._publish(self._db, recipe, {}) if recipe.sinks else Published()
        except Retry:
            raise
        except HeadraceError as error:
            done = Published(errors=[str(error)])
        attempts = int(ended.published.get("attempts", 0)) + 1
        wait = min(LONGEST, FIRST * 2.0 ** (attempts - 1))
        again = {"again": self._clock() + wait, "wait": wait} if done.errors else {}
        return {"lines": done.lines, "errors": done.errors, "attempts": attempts, **again}


def result(told: dict[str, Any]) -> Published | None:
    """What became of a run's sinks, as noted with it; ``None`` before the first attempt."""
    if not told:
        return None
    return Published(dict(told.get("lines", {})), list(told.get("errors", [])))
