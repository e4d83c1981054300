"""Findings about sinks: which were not written, which fail, which have refused changes."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.app.doctor.finding import Finding
from scheduler.app.runs.run_sinks import overdue
from scheduler.control.snapshots import died
from workers.feed import Subscriptions
from workers.feed.dead_letters import count
from workers.schedules import Chores
from workers.store.database import SqlDatabase, open_database

HOPELESS = 3
"""Failed attempts after which a sink needs a person."""


def examine(catalog: str) -> Iterator[Finding]:
    """Findings on the sinks of all services; nothing when there are none."""
    with open_database(catalog, create=False) as db:
        for run in overdue(db):
            evidence = f"the sinks of run {run.id} were not all written"
            yield Finding(f"sinks of {run.service}", "note", evidence, f"headrace resume {run.id}")
        yield from _unwritten(db)
        dead = count(db)
        for view in Subscriptions(db).views():
            if view.state == "idle":
                continue
            if view.failing:
                evidence = f"failed {view.failing} times in a row, {view.behind} changes behind: {view.reason}"
                yield Finding(f"sink {view.sink}", "note", evidence, "it is tried again; see docs/sinks.md")
            elif dead.get(view.sink):
                evidence = f"refused {dead[view.sink]} changes"
                yield Finding(f"sink {view.sink}", "note", evidence, "headrace dead list; headrace dead replay")
            else:
                yield Finding(f"sink {view.sink}", "ok", f"{view.state}, {view.behind} changes behind")


def _unwritten(db: SqlDatabase) -> Iterator[Finding]:
    """Snapshot sinks of a cluster that do not succeed, one finding for each service."""
    seen = set()
    for each in Chores(db).unpublished():
        attempts = int(each.published.get("attempts", 0))
        if each.service in seen or not attempts:
            continue
        seen.add(each.service)
        errors = list(each.published.get("errors", []))
        if "begun" in each.published:
            errors = [died(each.published)]
        evidence = f"of run {each.run} not written after {attempts} attempts: {'; '.join(errors)}"
        remedy = "it is tried again; see the scheduler's log and memory"
        yield Finding(f"sinks of {each.service}", "bad" if attempts >= HOPELESS else "note", evidence, remedy)
