"""The process behind ``headrace flusher``: brings what lies in Redis into the catalog, shard by shard."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack

from specs.errors import Retry
from workers.cluster.membership import check, joined
from workers.cluster.settings import Settings
from workers.cluster.shard_share import Shares
from workers.ledger import SqlLedger
from workers.metrics import Counters, local
from workers.process.governor.memory import tune
from workers.process.health_endpoint import PLAIN, Health, Route, serve
from workers.process.stop_flag import StopFlag
from workers.queues.ahead import Ahead
from workers.queues.flusher import GROUP_BYTES, Flusher
from workers.queues.redis.queue import RedisQueue
from workers.store.retries import jitter

LEASE = 15.0
"""Seconds for which a shard belongs to one flusher, renewed after a third of them."""
WAIT = 0.25
"""Seconds of one wait for batches."""
HEAL = 1.0
"""Seconds between two looks for final batches that were lost."""
log = logging.getLogger("headrace.flusher")


class Flushing:
    """One flusher of a cluster: ``step`` again and again. Several share the shards; one is enough."""

    def __init__(self, ledger: SqlLedger, queue: RedisQueue, *, lease: float = LEASE, name: str = "") -> None:
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

    def step(self, wait: float = WAIT) -> int:
        """Commit what is there, or wait for it up to ``wait`` seconds; returns how many batches were committed.

        Raises ``Retry`` while Redis or the catalog is out of reach.
        """
        self._shares.look()
        self._ahead.forget()
        if not self.shards:
            time.sleep(wait)
            return 0
        done = self._flusher.step() if self._ahead or self._queue.arrived(self.shards, wait) else 0
        if time.monotonic() - self._healed >= HEAL:
            self.heal()
            self._healed = time.monotonic()
        return done

    def heal(self) -> int:
        """Units whose final batch is nowhere any more are ready again; returns how many.

        Either Redis was wiped since (its epoch is another one), or it came back without its last moments.
        Raises ``Fatal`` when another cluster has taken our prefix since it was wiped.
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
        self._ahead.close()
        self._shares.leave()


def flush(settings: Settings, stop: StopFlag, *, metrics: str | None = None) -> int:
    """Flush until ``stop`` is set; returns how many batches were committed. Outlasts any outage but a refusal.

    ``metrics`` is where ``/metrics`` and ``/healthz`` of this machine's processes are answered.
    Raises ``Fatal`` when it cannot start, when Redis refuses us, or when the catalog cannot be written.
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
