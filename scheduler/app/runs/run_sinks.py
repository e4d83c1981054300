"""Feeds the sinks of a run of a single command: at its end, or later when that failed or was interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from specs.contracts.work import Run
from specs.recipe.recipe import Recipe
from workers.ledger import SqlLedger
from workers.schedules import Chores
from workers.store.database import SqlDatabase
from workers.store.retries import patiently

if TYPE_CHECKING:
    from workers.feed.snapshots import Published

DONE = ("complete", "partial")
"""States of a run whose result goes to sinks."""


def sink(db: SqlDatabase, run: Run, recipe: Recipe, secrets: Mapping[str, str]) -> Published | None:
    """Write snapshots, deliver the feed's events to followers, and store with the run what became of that.

    A run whose sinks failed is still due: ``resume`` tries again, and the next crawl writes the then present state.
    Returns ``None`` for a recipe without sinks.
    """
    if not recipe.sinks:  # followers from an older recipe become idle here
        from workers.feed import Subscriptions

        patiently(lambda: Subscriptions(db).register(recipe.service.name, {}))
        Chores(db).publish(run.id, {"lines": {}, "errors": []}, done=True)
        return None
    from workers.feed import feed
    from workers.feed.snapshots import publish

    done = publish(db, recipe, secrets)
    delivered, errors = feed(db, recipe, secrets)
    done.lines.update(delivered)
    done.errors += errors
    Chores(db).publish(run.id, {"lines": done.lines, "errors": done.errors}, done=not done.errors)
    return done


def due(db: SqlDatabase, run: Run, recipe: Recipe) -> bool:
    """Whether a closed run's sinks were not all written, and no later run of the service has written them."""
    if run.via != "embedded" or run.state not in DONE or not recipe.sinks:
        return False
    newest = next((each for each in SqlLedger(db).runs(run.service, 50) if each.state in DONE), None)
    return newest is not None and newest.id == run.id and not Chores(db).published(run.id)[0]


def overdue(db: SqlDatabase) -> list[Run]:
    """The newest runs of services whose sinks were not all written: the process died before, or a sink failed."""
    found: dict[str, Run] = {}
    for run in SqlLedger(db).runs(None, 500):
        if run.state in DONE and run.service not in found:
            found[run.service] = run
    return [run for run in found.values() if due(db, run, Recipe.from_dict(run.recipe, where=f"run {run.id}"))]
