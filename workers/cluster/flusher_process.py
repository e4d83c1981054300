"""The process behind ``headrace flusher``: commits the batches in Redis to the catalog, shard by shard."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack

from specs.errors import Retry
from workers.cluster.membership import check, joined
from workers.cluster.settings import Settings
from workers.cluster.shard_share import Shares
from workers.cluster.times import BATCH_WAIT_SECONDS, HEALING_SECONDS, SHARD_LEASE_SECONDS
from workers.ledger import SqlLedger
from workers.metrics import Counters, local
from workers.process.governor.memory import tune
from workers.process.health_endpoint import PLAIN, Health, Route, serve
from workers.process.stop_flag import StopFlag
from workers.queues.ahead import Ahead
from workers.queues.flusher import GROUP_BYTES, Flusher
from workers.queues.redis.queue import RedisQueue
from workers.store.retries import jitter

log = logging.getLogger("headrace.flusher")


class Flushing:
    """One flusher of a cluster, whose loop calls ``step``. Several flushers share the shards; one is enough.

    ``lease`` are the seconds for which it holds a shard without renewing.
    """

    def __init__(
        self, ledger: SqlLedger, queue: RedisQueue, *, lease: float = SHARD_LEASE_SECONDS, name: str = ""
    ) -> None:
        self._ledger, self._queue = ledger, queue
        self.counters = Counters()
        self._shares = Shares(
            ledger, queue.shards, name=name, lease=lease, told=self.counters.told, prefix=queue.prefix
        )  # fmt: skip
        self.shards = self._shares.held
        self._ahead = Ahead(queue, self.shards, GROUP_BYTES)
        self._flusher = Flusher(self._ahead, ledger, shards=self.shards, patience=None, counters=self.counters)
        self._healed = float("-inf")

    @property
    def batches(self) -> int:
        return self._flusher.batches

    def step(self, wait: float = BATCH_WAIT_SECONDS) -> int:
        """Commit the batches in the shards of this flusher, or wait for some up to ``wait`` seconds; returns how many
        were committed.

        Raises ``Retry`` while Redis or the database is unavailable, and ``Fatal`` when Redis refuses us, the database
        cannot be written, or another cluster has taken our prefix.
        """
        self._shares.look()
        self._ahead.forget()
        if not self.shards:
            time.sleep(wait)
            return 0
        done = self._flusher.step() if self._ahead or self._queue.arrived(self.shards, wait) else 0
        if time.monotonic() - self._healed >= HEALING_SECONDS:
            self.heal()
            self._healed = time.monotonic()
        return done

    def heal(self) -> int:
        """Make units ready again whose final batch was lost; returns how many.

        Either Redis has lost all data since, which changes its epoch, or it restarted without its last writes: then the
        shard was read past the batch's position without finding it.
        Raises ``Fatal`` when another cluster has taken our prefix since Redis lost its data.
        """
        self._queue.belong(self._ledger.cluster())
        current, returned = self._queue.epoch(), 0
        epochs = {epoch for run in self._ledger.open_runs("cluster") for epoch in self._ledger.holders(run.id)[1]}
        for epoch in epochs:
            if not self._queue.ours(epoch):
                continue
            if epoch != current:
                returned += self._ledger.lost(epoch, now=time.time())
                continue
            for shard in self.shards:
                before = self._queue.passed(shard)
                returned += self._ledger.lost(epoch, shard=shard, before=before, now=time.time())
        if returned:
            log.warning("%d units are read again: Redis lost what they had sent", returned)
        return returned

    def leave(self) -> None:
        """Give up all shards, so that other flushers take them at once. Raises ``Retry`` when the database is out."""
        self._ahead.close()
        self._shares.leave()


def flush(settings: Settings, stop: StopFlag, *, metrics: str | None = None) -> int:
    """Flush until ``stop`` is set, through any outage of Redis and the database; returns how many batches were
    committed.

    ``metrics`` is the ``HOST:PORT`` at which to answer ``/metrics`` and ``/healthz`` for this machine's processes.
    Raises ``Fatal`` when it cannot start, when Redis refuses us, or when the database cannot be written.
    """
    if not check(settings, stop):
        return 0
    tune()
    with joined(settings) as (db, queue), ExitStack() as stack:
        flushing, health, failed = Flushing(SqlLedger(db), queue), Health(), 0
        pulse = health.loop("storing")
        if metrics is not None:
            routes: dict[str, Route] = {"/metrics": lambda: (200, PLAIN, local(db)), "/healthz": health.route}
            stack.enter_context(serve(metrics, routes))
        try:
            while not stop.is_set():
                pulse.beat()
                try:
                    flushing.step()
                    failed = 0
                except Retry as error:
                    if failed % 30 == 0:
                        log.warning("%s", error)
                    failed += 1
                    flushing.counters.add("reconnects")
                    stop.wait(jitter(min(failed, 5), base=0.1, cap=2.0))
        finally:
            try:
                flushing.leave()
            except Retry:
                log.warning("the leases of the shards run out by themselves")
        return flushing.batches
