"""The work of one pool process: it claims and runs units of all open runs, one after the other, for a slice of time."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from specs.contracts.assignment import Assignment, UnitBudget
from specs.contracts.work import Batch, Claim, Lost, QueuePosition, Run
from specs.errors import Fatal, HeadraceError, Retry
from specs.recipe.secrets import prompts
from workers.catalog.questions.resolver import CatalogResolver
from workers.cluster.pool.terms import PoolTerms
from workers.cluster.times import (
    COUNTED_WAIT_SECONDS,
    DEAD_SEARCH_SECONDS,
    FIRST_CLAIM_PAUSE_SECONDS,
    IDLE_TASK_SECONDS,
    NOTED_RELEASE_SECONDS,
    RELEASE_SECONDS,
    RUN_LIST_SECONDS,
)
from workers.ledger import SqlLedger
from workers.metrics import Counters
from workers.process import liveness
from workers.process.governor.memory import give_back, rss
from workers.process.logs import context
from workers.process.stop_flag import StopFlag
from workers.process.times import STOP_LOOK_SECONDS
from workers.queues.redis.queue import RedisQueue
from workers.store.database import SqlDatabase
from workers.unit.host import WorkerHost
from workers.unit.runner import BEGINNINGS
from workers.unit.times import CLAIM_PAUSE_SECONDS, LEASE_SECONDS
from workers.unit.worker import Worker

CLAIMS_IN_VAIN = 14
"""Claims in a row without a unit, about two seconds, after which the connections to sources are closed."""
EXIT_CODE_LATE = 71
"""Exit code of a process that did not stop in time."""
log = logging.getLogger("headrace.worker")


class HoldingLedger(SqlLedger):
    """A ledger that remembers the last claim, so that another thread of this process can release its unit."""

    held: Claim | None = None

    def claim(self, *given: Any, **named: Any) -> Claim | None:
        self.held = super().claim(*given, **named)
        return self.held


class RedisLine:
    """A worker's end of the sink queue in Redis; counts the seconds in which there was no room in it."""

    def __init__(self, queue: RedisQueue, stop: StopFlag, counters: Counters) -> None:
        self._queue, self.settle = queue, queue.settle
        self._stop, self._counters = stop, counters

    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None:
        begun = time.monotonic()
        position = self._queue.put(batch, timeout=timeout)
        took = time.monotonic() - begun
        if position is None or took > COUNTED_WAIT_SECONDS:
            self._counters.add("full_seconds", took)
        return position

    def idle(self, timeout: float) -> None:
        self._stop.wait(timeout)


class PoolWorker:
    """Claims and runs units in one pool process, with connections of its own. When ``stop`` is set, the process ends
    within two seconds, in whatever call it waits.

    Above the soft bound of the budget in ``terms`` it makes room for a new process; without terms it claims units of
    every queue, in all the memory of the machine. ``enough`` see ``IDLE_TASK_SECONDS``; ``leave`` ends the process with
    an exit code.
    """

    def __init__(
        self,
        db: SqlDatabase,
        queue: RedisQueue,
        stop: StopFlag,
        terms: PoolTerms | None = None,
        *,
        counters: Counters | None = None,
        enough: float = IDLE_TASK_SECONDS,
        leave: Callable[[int], None] = os._exit,
    ) -> None:
        self.name = liveness.name()
        self._counters = counters or Counters()
        self._ledger, self._line, self._stop = HoldingLedger(db), RedisLine(queue, stop, self._counters), stop
        self._departures = queue.departures
        self._soft = terms.budget.soft if terms else None
        self._host = WorkerHost(
            self.name, self._ledger, self._line, stop, soft=self._soft, serves=terms.queue if terms else None,
            beside=terms.budget.beside if terms else None, lease=terms.lease if terms else LEASE_SECONDS,
            stuck=self._stuck, resolver=CatalogResolver(db),
        )  # fmt: skip
        self._enough, self._leave = enough, leave
        self._workers: dict[str, Worker] = {}
        self._turn = 0
        self._runs: list[Run] = []
        self._dead: set[str] = set()
        self._looked = self._buried = float("-inf")
        self.busy = False

    def run(self, seconds: float) -> bool:
        """Claim and run units for up to ``seconds``; returns whether there may be more units to claim. Ends earlier
        when no run is open, no unit was found for a while, or the process uses too much memory."""
        end = time.monotonic() + seconds
        watch = threading.Thread(target=self._watch, args=[over := threading.Event()], name="leave", daemon=True)
        watch.start()
        self.busy, self._looked, idle, worked = True, float("-inf"), 0, time.monotonic()
        try:
            while not self._stop.is_set():
                if not self._open():
                    return False
                self._bury()
                if time.monotonic() >= end:
                    return True
                if self._step():
                    idle, worked = 0, time.monotonic()
                    if self._bloated():
                        return True
                    continue
                if time.monotonic() - worked >= self._enough:
                    return False
                idle += 1
                if idle == CLAIMS_IN_VAIN:
                    self._rest()
                self._looked = float("-inf")
                self._line.idle(min(CLAIM_PAUSE_SECONDS, FIRST_CLAIM_PAUSE_SECONDS * 1.5**idle))
            return False
        except Retry as error:  # the database is unavailable: the next hint tries again
            log.warning("%s", error)
            self._counters.add("reconnects")
            self._line.idle(1.0)
            return not self._stop.is_set()
        finally:
            self.busy = False
            over.set()
            watch.join()

    def close(self) -> None:
        """Close the connections to sources and end the threads that renew leases."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()

    def _bury(self) -> None:
        """Free the units of processes of this machine that were found dead twice in a row. Usually their parent does
        that, and knows why they died (see ``Watchdog``); here the parent is dead too, or late."""
        if time.monotonic() - self._buried < DEAD_SEARCH_SECONDS:
            return
        self._buried = time.monotonic()
        dead = {worker for run in self._runs for worker in self._ledger.holders(run.id)[0] if liveness.gone(worker)}
        for worker in dead & self._dead:
            self._ledger.abandon(worker, now=time.time(), reason="the worker process was killed")
        self._dead = dead

    def _bloated(self) -> bool:
        """Whether the process uses too much memory between two units, even after freeing what it can: then Celery
        replaces it, see ``worker_process``."""
        if self._soft is None or rss() <= self._soft:
            return False
        self._rest()
        give_back()
        return rss() > self._soft

    def _rest(self) -> None:
        for worker in self._workers.values():
            worker.rest()

    def _open(self) -> list[Run]:
        """The open runs that this process can work on: those whose recipes need no typed secret."""
        if time.monotonic() - self._looked >= RUN_LIST_SECONDS:
            runs = self._ledger.open_runs(via="cluster")
            found = [run for run in runs if not prompts(run.recipe.get("connection", {}))]
            for gone in self._workers.keys() - {run.id for run in found}:
                self._workers.pop(gone).close()
            self._runs, self._looked = found, time.monotonic()
        return self._runs

    def _step(self) -> bool:
        """Run one unit; returns whether there was one. Runs take turns, so that each gets its share."""
        self._turn += 1
        for at in range(len(self._runs)):
            run = self._runs[(self._turn + at) % len(self._runs)]
            with context(run=run.id):
                if self._work(run):
                    return True
        return False

    def _work(self, run: Run) -> bool:
        short = False
        try:
            found = self._worker(run).turn()
            self._counters.add("claims" if found else "empty_claims")
            return found
        except Lost:
            return True
        except MemoryError:
            short = True  # handled below, where the frames that hold the memory are gone
        except Fatal as error:
            if error.reason == "catalog":
                raise Retry(error.what, error.where, error.remedy, reason="catalog") from None
            if error.reason == "queue":
                self._give_back(str(error), delay=5.0)
                log.error("%s", error)
                return False
            if error.reason in ("env", "file"):  # the reference may resolve on the machine that enqueued the run
                what = error.remedy or "mount that file"
                error.remedy = f"references are resolved by the workers: {what} there, then start them again"
            log.error("run %s cannot go on: %s", run.id, error)
            what = f"{error} (worker {self.name.rpartition(':')[0]})"
            self._ledger.end(run.id, state="failed", reason=what, now=time.time())
            self._looked = float("-inf")
            return True
        finally:
            if not short:
                self._ledger.held = None
        give_back()
        self._give_back("out of memory", delay=1.0)
        self._ledger.held = None
        return True

    def _worker(self, run: Run) -> Worker:
        found = self._workers.get(run.id)
        if found is None:
            assignment = Assignment.of(run, budget=UnitBudget(beginnings=BEGINNINGS))
            found = self._workers[run.id] = Worker(assignment, self._host)
        return found

    def _give_back(self, reason: str, delay: float = 0.0) -> None:
        held = self._ledger.held
        if held is not None:
            self._ledger.release(held.unit.id, held.fence, now=time.time(), reason=reason, delay=delay)

    def _stuck(self, scope: str) -> None:
        log.error("%s does not answer and cannot be cancelled: this process ends", scope)
        try:
            if self._stop.is_set():  # the process was asked to stop, so this counts as no failure of the unit
                self._give_back("")
        finally:
            self._leave(EXIT_CODE_LATE)

    def _depart(self) -> None:
        """Note in Redis that the unit is released, in case the database is unavailable."""
        held = self._ledger.held
        if held is not None:
            with suppress(HeadraceError, ValueError):  # ``ValueError``: the ending process has closed the connection
                self._departures.note(self.name, held.unit.id, held.fence)

    def _watch(self, over: threading.Event) -> None:
        """Wait for the stop flag, then release the unit if the walking thread does not: it may hang in a call to the
        source or to Redis, or in a computation."""
        while not self._stop.is_set():
            if over.wait(STOP_LOOK_SECONDS):
                return
        if not over.wait(NOTED_RELEASE_SECONDS):
            threading.Thread(target=self._depart, name="departure", daemon=True).start()
        if not over.wait(RELEASE_SECONDS):
            try:
                self._give_back("")
            finally:
                self._leave(EXIT_CODE_LATE)
