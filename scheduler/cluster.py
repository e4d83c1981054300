"""A run on a cluster: opened in the ledger, hinted at, watched to its end by whoever waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery import Celery

from scheduler.gathering import Meter, summarise
from scheduler.interruption import interruptible
from scheduler.reconcile import Reconciler
from scheduler.summary import Progress, Summary
from specs.errors import Retry, Usage
from specs.recipe import Recipe
from specs.secrets import prompts
from specs.topology.events import Start
from specs.topology.scope import Scope
from specs.work import Run
from workers.app import make
from workers.database import Database
from workers.joining import check, joined
from workers.ledger import SqlLedger
from workers.publisher import publish
from workers.queues.redis import RedisQueue
from workers.redislink import Client, connect
from workers.settings import QUEUES, Settings
from workers.sources import topology
from workers.stopping import Stop
from workers.tasks import hint, waiting

EVERY = 2.0
"""Seconds between two looks for missing hints."""
LOOK = 0.1
REPORT = 0.5


@dataclass(frozen=True, slots=True)
class Cluster:
    """The ledger, the sink queue and the broker of one cluster."""

    db: Database
    ledger: SqlLedger
    queue: RedisQueue
    app: Celery
    client: Client
    prefix: str


def enqueue(
    settings: Settings, recipe: Recipe, *, wait: bool, on_progress: Callable[[Progress], None] | None = None
) -> tuple[Run, Summary | None]:
    """Open a run for the workers of a cluster; ``wait`` looks after it until it is closed, and sums it up.

    References are resolved by the workers, so they need not resolve here. Ctrl-C stops the waiting, not the run.
    Raises ``Usage`` for a recipe that asks for a typed password, ``Fatal`` when Redis or the catalog cannot be used.
    """
    root = root_of(recipe)
    check(settings)
    with joined(settings) as (db, queue), connect(settings.redis.get_secret_value()) as client:
        cluster = Cluster(db, SqlLedger(db), queue, make(settings), client, settings.prefix)
        service = recipe.service
        run = cluster.ledger.open_run(
            service.name, service.type, recipe.to_dict(), [root], slots=recipe.limits.connections, now=time.time(),
            deletes=recipe.deletion.enabled, via="cluster",
        )  # fmt: skip
        remind(cluster, recipe.limits.connections)
        return run, attend(cluster, run, recipe, on_progress) if wait else None


def root_of(recipe: Recipe) -> Start:
    """The root unit of a recipe that others will work on."""
    asked = prompts(recipe.connection)
    if asked:
        remedy = "write ${env:NAME} or ${file:/run/secrets/name}, and give the workers that"
        raise Usage(f"the {asked[0]} cannot be typed for a cluster", "recipe", remedy, reason="prompt")
    service = recipe.service.name
    return Start(topology(recipe).root.name, Scope.of(service), [service, service, {}, None])


def remind(cluster: Cluster, wanted: int) -> int:
    """Publish hints until ``wanted`` of them wait; busy workers leave them there. Returns how many were published."""
    missing = wanted
    try:
        missing -= waiting(cluster.client, cluster.prefix, QUEUES[0])
    except Exception as error:  # out of reach: whatever the client raises, the next look tells again
        if type(error).__module__.partition(".")[0] != "redis":
            raise
        return 0
    return hint(cluster.app, QUEUES[0], missing) if missing > 0 else 0


def attend(
    cluster: Cluster, run: Run, recipe: Recipe, on_progress: Callable[[Progress], None] | None = None
) -> Summary:
    """Look after an open run until it is closed or the waiting is interrupted; feeds its sinks at the end."""
    stop, begun = Stop(), time.monotonic()
    meter = Meter(cluster.ledger, run.id, on_progress)
    reconciler = Reconciler(cluster.ledger, run.id, cluster.ledger.outstanding)
    hinted = reported = time.monotonic()
    found: Run | None = run
    with interruptible(stop):
        while not stop.wait(LOOK):
            found, _ = reconciler.tick(moved=False)
            if found is not None and not found.open:
                break
            now = time.monotonic()
            if now - hinted >= EVERY:
                hinted = now
                remind(cluster, _wanted(cluster, run, recipe))
            if now - reported >= REPORT:
                reported = now
                meter.report(_queued(cluster.queue))
    meter.report(0)
    ended = cluster.ledger.run(run.id)
    published = publish(cluster.db, recipe, {}) if ended.state in ("complete", "partial") else None
    return summarise(cluster.db, cluster.ledger, ended, seconds=time.monotonic() - begun, published=published)


def _wanted(cluster: Cluster, run: Run, recipe: Recipe) -> int:
    """Hints that should wait: for the ready units; and one anyway, since who takes it buries what was killed there."""
    states: Any = cluster.ledger.progress(run.id).states
    return max(1, min(int(states.get("ready", 0)), recipe.limits.connections))


def _queued(queue: RedisQueue) -> int:
    try:
        return sum(size for _, size in queue.sizes())
    except Retry:
        return 0
