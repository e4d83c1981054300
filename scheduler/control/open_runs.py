"""Looks after the open runs of a cluster: heals, closes and cancels them, and publishes the hints that are missing."""

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
from workers.ledger.unit.leases import GRACE, grace
from workers.presence import EVERY, live
from workers.process.logs import context
from workers.queues.redis.errors import asked
from workers.queues.redis.link import Client, connect, where
from workers.queues.redis.queue import RedisQueue
from workers.schedules import Chores
from workers.store.database import SqlDatabase

QUIET = 1.5 * EVERY
"""Seconds without a word after which it is looked whether a worker has left."""
LEFT = "its worker was stopped while the catalog was out"
log = logging.getLogger("headrace.scheduler")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The ledger, the sink queue and the broker of one cluster; ``place`` names Redis without secrets, ``grace`` are
    the seconds for which leases may be overdue."""

    db: SqlDatabase
    ledger: SqlLedger
    queue: RedisQueue
    app: Celery
    client: Client
    prefix: str
    place: str
    grace: float = GRACE


@contextmanager
def connected(settings: Settings) -> Iterator[Cluster]:
    """Everything that a scheduler needs, closed at the end. Raises what ``joined`` raises."""
    url = settings.redis.get_secret_value()
    with joined(settings) as (db, queue), connect(url) as client, make(settings) as app:
        yield Cluster(db, SqlLedger(db), queue, app, client, settings.prefix, where(url), grace(settings.lease))


class Tending:
    """Safe with several at once: every step is a transaction that finds nothing to do when another one was faster.

    All raise ``Retry`` while what they need is out.
    """

    def __init__(self, cluster: Cluster, *, clock: Callable[[], float] = time.time) -> None:
        self._cluster, self._clock = cluster, clock
        self._chores = Chores(cluster.db, clock=clock)

    def heal(self) -> int:
        """Give back units whose lease ran out, ready those whose time has come; returns how many."""
        return self._cluster.ledger.expire(now=self._clock(), grace=self._cluster.grace)

    def recover(self) -> int:
        """Give back what workers that were stopped could not, since the database was out then; returns how many units.

        Asked about are those who hold a unit and tell nothing of themselves: most often there are none.
        """
        ledger, returned = self._cluster.ledger, 0
        told = {each.name for each in live(self._cluster.db, within=QUIET, now=self._clock())}
        for run in ledger.open_runs("cluster"):
            for worker in ledger.holders(run.id)[0] - told:
                left = self._cluster.queue.departures.of(worker)
                if left is not None and ledger.release(*left, now=self._clock(), reason=LEFT):
                    log.info("a unit is given back: %s", LEFT)
                    returned += 1
        return returned

    def close(self, *, counted: bool = True) -> list[Run]:
        """Move runs on whose units are all finished: to their questions about what is missing, or to their end.

        ``counted``: ask only those whose tallies say so, which costs next to nothing; else every open one.
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
        """Cancel runs past their deadline."""
        ended = []
        for each in self._chores.overdue():
            run = self._cluster.ledger.end(each, state="cancelled", reason="past its deadline", now=self._clock())
            with context(run=run.id):
                log.warning("run %s is past its deadline: %s", run.id, run.state)
            ended.append(run)
        return ended

    def remind(self) -> int:
        """Publish hints until as many wait as workers would find units; busy workers leave them there."""
        sent = 0
        for queue, wanted in self._chores.demand().items():
            missing = wanted - asked(
                partial(waiting, self._cluster.client, self._cluster.prefix, queue), self._cluster.place
            )
            sent += hint(self._cluster.app, queue, missing) if missing > 0 else 0
        return sent
