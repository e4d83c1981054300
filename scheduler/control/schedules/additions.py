"""A new schedule, checked as a whole before it is stored."""

from __future__ import annotations

import re
import time

from scheduler.control.openings import roots_of, untyped
from scheduler.control.schedules import times
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from workers.schedules import CatchUp, Overlap, Schedule
from workers.schedules.schedules import stored


def checked(
    name: str, recipe: Recipe, cron: str, zone: str, jitter: float, overlap: Overlap, catch_up: CatchUp,
    deadline: float | None, *, now: float | None = None,
) -> Schedule:  # fmt: skip
    """The schedule to store. ``jitter`` and ``deadline`` are seconds, ``now`` epoch seconds (``None``: the clock's).

    Raises ``UsageError`` for everything that would fail when the schedule fires: its name, its recipe, a secret that
    would have to be typed, its cron expression, time zone or jitter.
    """
    at = time.time() if now is None else now
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise UsageError(
            f"{name!r} is no name for a schedule", remedy="use letters, digits, dots, dashes: nightly-shop"
        )
    untyped(recipe)
    roots_of(recipe)
    expression = times.check(cron, zone, jitter, now=at)
    return Schedule(
        name, stored(recipe.to_dict()), expression, zone, jitter, overlap, catch_up, deadline, False, at, at
    )  # fmt: skip
