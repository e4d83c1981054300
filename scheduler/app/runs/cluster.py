"""A run on a cluster: opened in the ledger, and watched until it is closed when the command waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from scheduler.app.deadline import LEADER_LOOK_SECONDS, REPORT_SECONDS, RUN_LOOK_SECONDS
from scheduler.app.runs.crawl import retryable
from scheduler.app.runs.results import Meter, summarise
from scheduler.app.runs.summary import Progress, Summary
from scheduler.control.crew import NEEDED, missing
from scheduler.control.loops import Troubles
from scheduler.control.open_runs import Cluster, Tending, connected
from scheduler.control.openings import opening, untyped
from scheduler.control.snapshots import Snapshots, result
from specs.contracts.assignment import Opening
from specs.contracts.work import Run
from specs.errors import Retry
from specs.recipe.recipe import Recipe
from workers.cluster.membership import check
from workers.cluster.settings import Settings
from workers.feed.snapshots import Published
from workers.presence import live
from workers.process.interruption import interruptible
from workers.process.stop_flag import StopFlag
from workers.queues.redis.queue import RedisQueue
from workers.schedules import SCHEDULER, Chores, leads
from workers.store.database import SqlDatabase
from workers.store.retries import patiently

OnProgress = Callable[[Progress], None]
OnNotice = Callable[[list[str]], None]


class Enqueued(NamedTuple):
    """The run as it was opened, and its summary when the command waited for its end."""

    run: Run
    summary: Summary | None

    def as_json(self) -> dict[str, Any]:
        return {"run": self.run.id, "service": self.run.service, "state": self.run.state}


def enqueue(
    settings: Settings, recipe: Recipe, *, wait: bool, on_progress: OnProgress | None = None,
    on_notice: OnNotice = lambda _: None, accept_identity: bool = False,
) -> Enqueued:  # fmt: skip
    """Open a run for the workers of a cluster; ``wait`` watches it until it is closed, and sums it up.

    References are resolved by the workers, so they need not resolve here. Ctrl-C stops the waiting, not the run.
    ``on_notice`` gets a line per kind of process that is missing.

    Raises ``UsageError`` for a recipe that asks for a typed password, ``Fatal`` when Redis or the catalog cannot be
    used.
    """
    untyped(recipe)
    wanted = replace(opening(recipe), accept_identity=accept_identity)
    check(settings)
    with connected(settings) as cluster:
        run = _opened(cluster, wanted)
        on_notice(_missing(cluster.db, wait))
        return Enqueued(run, attend(cluster, run, on_progress) if wait else None)


def enqueue_retry(
    settings: Settings, parent: str, *, wait: bool, on_progress: OnProgress | None = None,
    on_notice: OnNotice = lambda _: None,
) -> Enqueued:  # fmt: skip
    """Hand what failed in a closed run to the workers, as a new run with that parent; it deletes nothing.

    Raises ``UsageError`` when the run is still open, nothing failed in it, or its password was typed.
    """
    check(settings)
    with connected(settings) as cluster:
        again = retryable(cluster.ledger, parent)
        untyped(Recipe.from_dict(again.recipe))
        run = _opened(cluster, again)
        on_notice(_missing(cluster.db, wait))
        return Enqueued(run, attend(cluster, run, on_progress) if wait else None)


def _opened(cluster: Cluster, wanted: Opening) -> Run:
    """Open a run for the workers of a cluster, and wake them."""
    run = cluster.ledger.open_run(replace(wanted, via="cluster"), now=time.time())
    Troubles("hints").tried(Tending(cluster).remind)
    return run


def _missing(db: SqlDatabase, wait: bool) -> list[str]:
    """A line per kind of process that is missing. A scheduler is not needed when the command waits, because the command
    does its work for this run."""
    return patiently(lambda: missing(db, ("worker", "flusher") if wait else NEEDED))


def attend(cluster: Cluster, run: Run, on_progress: OnProgress | None = None) -> Summary:
    """Watch an open run until it is closed and its sinks are written, or until the waiting is interrupted.

    While no scheduler leads, this process advances the run and writes its sinks.
    """
    stop, begun = StopFlag(), time.monotonic()
    meter = Meter(
        cluster.ledger, run.id, on_progress, measure=lambda: _fattest(cluster.db),
        bound=cluster.queue.limit * cluster.queue.shards, note=lambda: _note(cluster.db, found),
    )  # fmt: skip
    standin = StandIn(cluster, run.id)
    reported = begun
    found, published = run, None
    with interruptible(stop):
        while not stop.wait(RUN_LOOK_SECONDS):
            standin.look()
            found = patiently(lambda: cluster.ledger.run(run.id))
            if not found.open:
                published = patiently(standin.published)
                if published is not None or found.state not in ("complete", "partial"):
                    break
            elif time.monotonic() - reported >= REPORT_SECONDS:
                reported = time.monotonic()
                patiently(lambda: meter.report(_queued(cluster.queue)))
    patiently(lambda: meter.report(0))
    seconds = time.monotonic() - begun
    return patiently(lambda: summarise(cluster.db, cluster.ledger, found, seconds=seconds, published=published))


class StandIn:
    """Does the leading scheduler's work for one run, as long as no scheduler leads."""

    def __init__(self, cluster: Cluster, run: str) -> None:
        self._cluster, self._run = cluster, run
        self._tending, self._chores, self._snapshots = Tending(cluster), Chores(cluster.db), Snapshots(cluster.db)
        self._looked = float("-inf")
        self._alone = False
        self._troubles = {what: Troubles(what) for what in ("looking after the run", "hints")}

    def look(self) -> None:
        """Advance the run if no scheduler leads; an outage of Redis or the database is logged and waited for."""
        self._troubles["looking after the run"].tried(self._tend)

    def published(self) -> Published | None:
        """What became of the run's sinks; ``None``: nothing yet."""
        return result(self._chores.published(self._run)[1])

    def _tend(self) -> None:
        due = time.monotonic() - self._looked >= LEADER_LOOK_SECONDS
        if due:
            self._looked = time.monotonic()
            self._alone = leads(self._cluster.db, SCHEDULER) is None
        if not self._alone:
            return
        if due:
            self._tending.cancel()
            self._tending.heal()
            self._troubles["hints"].tried(self._tending.remind)
        self._tending.close()
        self._snapshots.step(only=self._run)


def _note(db: SqlDatabase, run: Run) -> str:
    """The reason why the run cannot go on now, and what to do; empty when it can."""
    if run.paused:
        return f"paused: headrace resume {run.id}"
    return next(iter(missing(db, ("worker", "flusher"))), "")


def _fattest(db: SqlDatabase) -> int:
    """The highest resident bytes of a worker, by their last signs of life."""
    return max((each.rss for each in live(db, "child")), default=0)


def _queued(queue: RedisQueue) -> int:
    try:
        return sum(size for _, size in queue.sizes())
    except Retry:
        return 0
