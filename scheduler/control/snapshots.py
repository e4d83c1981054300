"""Writes the sinks of closed cluster runs: those of each run once, by the first process that gets the lease, and again
after a failure."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from scheduler.control.times import FIRST_SINK_PAUSE_SECONDS, SINK_PAUSE_SECONDS
from specs.errors import HeadraceError, Retry
from specs.recipe.recipe import Recipe
from workers.feed.snapshots import Published, publish
from workers.process import liveness
from workers.process.logs import context
from workers.schedules import Chores, Ended, Leadership
from workers.store.database import SqlDatabase

ROLE = "snapshots"
Publish = Callable[[SqlDatabase, Recipe, dict[str, str]], Published]
log = logging.getLogger("headrace.scheduler")


class Snapshots:
    """Writes sinks, one process at a time, which holds a lease of ``lease`` seconds while it writes. Only the newest
    run of a service is written; older ones count as written by it, since a sink gets the whole catalog of the
    service."""

    def __init__(
        self, db: SqlDatabase, *, publish: Publish = publish, name: str = "", lease: float = 60.0,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        name = name or f"{liveness.name()}/{secrets.token_hex(4)}"
        self._db, self._publish, self._clock = db, publish, clock
        self._chores = Chores(db, clock=clock)
        self.leadership = Leadership(db, ROLE, name=name, lease=lease, clock=clock)

    def step(self, only: str | None = None) -> int:
        """Write the sinks that are due, of the run ``only`` or of all runs; returns the number of runs written. Raises
        ``Retry`` while the database is unavailable."""
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
        done, before = self._chores.published(ended.run)
        if done:  # the process that held the lease before has written it
            return False
        if ended.run != newest:
            return self._chores.publish(ended.run, {"by": newest}, done=True)
        begun = self._begun(before)
        self._chores.publish(ended.run, begun, done=False)
        told = self._told(ended, begun)
        done = not told["errors"]
        noted = self._chores.publish(ended.run, told, done=done)
        with context(run=ended.run):
            for error in told["errors"]:
                log.error("a sink of run %s failed, and is tried again in %.0fs: %s", ended.run, told["wait"], error)
            if told["lines"] and done:
                log.info("the sinks of run %s are written", ended.run)
        return noted

    def _begun(self, before: dict[str, Any]) -> dict[str, Any]:
        """The note of an attempt, stored before the attempt is made: if the attempt kills its process, the next one
        waits all the same, and the note shows what happened."""
        attempts = int(before.get("attempts", 0)) + 1
        wait = min(SINK_PAUSE_SECONDS, FIRST_SINK_PAUSE_SECONDS * 2.0 ** (attempts - 1))
        errors = [died(before)] if "begun" in before else list(before.get("errors", []))
        now = self._clock()
        return {"lines": {}, "errors": errors, "attempts": attempts, "begun": now, "again": now + wait, "wait": wait}

    def _told(self, ended: Ended, begun: dict[str, Any]) -> dict[str, Any]:
        try:
            recipe = Recipe.from_dict(ended.recipe, where=f"run {ended.run}")
            done = self._publish(self._db, recipe, {}) if recipe.sinks else Published()
        except Retry:
            raise
        except HeadraceError as error:
            done = Published(errors=[str(error)])
        again = {"again": self._clock() + begun["wait"], "wait": begun["wait"]} if done.errors else {}
        return {"lines": done.lines, "errors": done.errors, "attempts": begun["attempts"], **again}


def died(told: dict[str, Any]) -> str:
    """The line for people about an attempt that has begun and not ended; ``told`` is the note of that attempt."""
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(float(told["begun"])))
    what = "its process was killed, most likely for lack of memory"
    return f"attempt {told['attempts']} was begun at {at} UTC and has not ended: it goes on, or {what}"


def result(told: dict[str, Any]) -> Published | None:
    """What became of a run's sinks, from its stored note ``told``; ``None`` before the first attempt has ended."""
    if not told or ("begun" in told and not told["errors"]):
        return None
    return Published(dict(told.get("lines", {})), list(told.get("errors", [])))
