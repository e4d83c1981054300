"""The state of a cluster as text: its runs, its processes, its queue, and everything that needs attention."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.cli.display.progress import size
from scheduler.cli.display.render import clean, duration, number
from scheduler.cli.display.tables import table

if TYPE_CHECKING:
    from scheduler.app.cluster.top import RunView, View

WIDTH = 24
"""Characters of a bar."""
PROCESSES = 40
"""Processes listed before the rest is only counted."""


def told(view: View) -> str:
    """The whole view, in sections; empty ones are left out."""
    sections = [list(part) for part in (_head(view), _runs(view), _work(view), _queue(view), _outside(view))]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _head(view: View) -> Iterator[str]:
    leader = f"led by {clean(view.leader)}" if view.leader else "no scheduler leads"
    yield f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(view.at))}  {clean(view.catalog)}  {leader}"
    yield from (f"! {clean(each)}" for each in view.trouble)


def _runs(view: View) -> Iterator[str]:
    if not view.runs:
        yield "No run is open."
    for run in view.runs:
        yield from _run(run)
    if view.ended:
        yield "last: " + ", ".join(
            f"{clean(each.service)} {each.state} {duration(each.ago)} ago" for each in view.ended
        )


def _run(run: RunView) -> Iterator[str]:
    state = (
        "interrupted"
        if run.interrupted
        else "paused"
        if run.paused
        else f"none claimed for {duration(run.waiting)}"
        if run.waiting > 5
        else ""
    )
    filled = WIDTH * run.done // max(1, run.known)
    yield (
        f"{clean(run.run)}  [{'#' * filled}{'.' * (WIDTH - filled)}] {number(run.done)}/{number(run.known)} units  "
        f"{number(run.entities)} entities  {number(run.failures)} failed  {duration(run.seconds)}  {state}".rstrip()
    )
    states = ", ".join(f"{number(n)} {state}" for state, n in run.units.items())
    counts = {
        "leases expired": run.leases_expired, "writes fenced": run.fenced_writes, "crashes": run.crashes,
        "objects quarantined": run.poisoned,
    }  # fmt: skip
    wrong = ", ".join(f"{number(n)} {what}" for what, n in counts.items() if n)
    yield f"  units: {states or 'none open'}" + (f"; {wrong}" if wrong else "")


def _work(view: View) -> Iterator[str]:
    if not view.processes:
        yield "No process tells of itself."
        return
    rows = [
        (each.kind, each.process, each.queue, size(each.rss), size(each.budget) if each.budget else None,
         duration(each.age), duration(each.silent))
        for each in view.processes[:PROCESSES]
    ]  # fmt: skip
    yield table(("kind", "process", "queue", "memory", "budget", "up", "heard"), rows)
    if len(view.processes) > PROCESSES:
        yield f"and {number(len(view.processes) - PROCESSES)} more"


def _queue(view: View) -> Iterator[str]:
    if view.queue:
        rows = [
            (each.shard, each.entries, size(each.bytes), f"{100 * each.bytes // max(1, each.limit)} %",
             duration(each.oldest), "a flusher" if each.held else "none")
            for each in view.queue
        ]  # fmt: skip
        yield table(("shard", "batches", "size", "full", "oldest", "held by"), rows)
    if view.torn:
        yield f"{number(view.torn)} torn batches kept"


def _outside(view: View) -> Iterator[str]:
    if view.services:
        rows = [(each.service, each.failing, f"{each.left_alone:.0f} s") for each in view.services]
        yield table(("failing service", "in a row", "left alone"), rows)
    if view.sinks:
        sinks = [
            (each.sink, each.state, each.behind, duration(each.behind_seconds), each.failing, each.dead_letters)
            for each in view.sinks
        ]
        yield table(("sink", "state", "behind", "for", "failing", "dead letters"), sinks)
    if view.schedules:
        plans = [
            (each.schedule, "paused" if each.paused else _moment(each.next), _moment(each.last), each.outcome)
            for each in view.schedules
        ]
        yield table(("schedule", "next", "last", "outcome"), plans)


def _moment(at: float | None) -> str | None:
    return None if at is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
