"""Looks after the open runs of a cluster: frees units whose worker is lost, closes and cancels runs, and publishes the
hints that are missing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from celery import Celery

from specs.contracts.work import Run
from workers.cluster.hints.app import make
from workers.cluster.hints.tasks import hint, waiting
from workers.cluster.membership import joined
from workers.cluster.settings import Settings
from workers.ledger import SqlLedger
from workers.ledger.unit.leases import OVERDUE_SECONDS, grace
from workers.presence import WRITE_SECONDS, live
from workers.process.logs import context
from workers.queues.redis.errors import asked
from workers.queues.redis.link import Client, connect, where
from workers.queues.redis.queue import RedisQueue
from workers.schedules import Chores
from workers.store.database import SqlDatabase

QUIET_SECONDS = 1.5 * WRITE_SECONDS
"""Seconds without a sign of life after which the scheduler looks for a worker's note of departure in Redis."""
LEFT = "its worker was stopped while the catalog was out"
log = logging.getLogger("headrace.scheduler")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The ledger, the sink queue and the broker of one cluster. ``place`` is the URL of Redis without secrets;
    ``grace`` are the seconds for which a lease may be overdue before its unit is taken from the worker."""

    db: SqlDatabase
    ledger: SqlLedger
    queue: RedisQueue
    app: Celery
    client: Client
    prefix: str
    place: str
    grace: float = OVERDUE_SECONDS


@contextmanager
def connected(settings: Settings) -> Iterator[Cluster]:
    """Connect to the database and to Redis; both connections are closed at the end of the block.

    Raises ``UsageError`` and ``Fatal`` as ``joined`` does.
    """
    url = settings.redis.get_secret_value()
    with joined(settings) as (db, queue), connect(url) as client, make(settings) as app:
        yield Cluster(db, SqlLedger(db), queue, app, client, settings.prefix, where(url), grace(settings.lease))


class Tending:
    """The scheduler's steps over all open runs of a cluster.

    Several schedulers may call them at once: every step is one transaction, which finds nothing left to do when another
    scheduler was faster. All methods raise ``Retry`` while the database or Redis is unavailable.
    """

    def __init__(self, cluster: Cluster, *, clock: Callable[[], float] = time.time) -> None:
        self._cluster, self._clock = cluster, clock
        self._chores = Chores(cluster.db, clock=clock)

    def heal(self) -> int:
        """Free units whose lease has expired and ready delayed units that are due; returns how many units those are."""
        return self._cluster.ledger.expire(now=self._clock(), grace=self._cluster.grace)

    def recover(self) -> int:
        """Release units whose workers were stopped while the database was unavailable; returns how many units.

        Such a worker left a note in Redis. Only workers that hold a unit and give no sign of life are looked up there,
        which are usually none.
        """
        ledger, returned = self._cluster.ledger, 0
        told = {each.name for each in live(self._cluster.db, within=QUIET_SECONDS, now=self._clock())}
        for run in ledger.open_runs("cluster"):
            for worker in ledger.holders(run.id)[0] - told:
                left = self._cluster.queue.departures.of(worker)
                if left is not None and ledger.release(*left, now=self._clock(), reason=LEFT):
                    log.info("a unit is given back: %s", LEFT)
                    returned += 1
        return returned

    def close(self, *, counted: bool = True) -> list[Run]:
        """Advance runs whose units are all finished, to their confirm units or to their end; returns those runs.

        With ``counted`` only runs whose tallies say so are looked at, which is cheap; otherwise the units of every open
        run are counted.
        """
        ledger = self._cluster.ledger
        due = self._chores.finished() if counted else [run.id for run in ledger.open_runs(via="cluster")]
        moved = [ledger.advance(run, now=self._clock(), counted=counted) for run in due]
        for run in moved:
            if not run.open:
                with context(run=run.id):
                    log.info("run %s is %s%s", run.id, run.state, f": {run.reason}" if run.reason else "")
        return moved

    def cancel(self) -> list[Run]:
        """Cancel the runs that are past their deadline; returns them."""
        ended = []
        for each in self._chores.overdue():
            run = self._cluster.ledger.end(each, state="cancelled", reason="past its deadline", now=self._clock())
            with context(run=run.id):
                log.warning("run %s is past its deadline: %s", run.id, run.state)
            ended.append(run)
        return ended

    def remind(self) -> int:
        """Publish hints until each queue holds as many as there are units for workers to claim; returns how many were
        published. Hints that busy workers have not taken yet still lie in the queue and count."""
        sent = 0
        for queue, wanted in self._chores.demand().items():
            missing = wanted - asked(
                partial(waiting, self._cluster.client, self._cluster.prefix, queue), self._cluster.place
            )
            sent += hint(self._cluster.app, queue, missing) if missing > 0 else 0
        return sent
