"""The watchdog of a worker's parent process: kills the pool process that uses too much memory or has fallen silent, and
frees the units of dead pool processes.

One thread watches memory and silence, another one talks to the database, so that a slow database does not delay the
watching. No use of the database overlaps a fork: the child would inherit a connection in the middle of a transaction.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from specs.errors import HeadraceError
from workers.cluster.pool.terms import PoolTerms
from workers.cluster.times import (
    FORK_WAIT_SECONDS,
    FREEING_AT_END_SECONDS,
    FREEING_PAUSE_SECONDS,
    KILLED_END_SECONDS,
    SILENCE_SECONDS,
)
from workers.ledger import SqlLedger
from workers.presence import Presence
from workers.process import liveness
from workers.process.governor.child_heartbeats import Heartbeats, silent
from workers.process.governor.started import kill
from workers.process.governor.watch import Watch
from workers.process.times import LEAST_SILENCE_SECONDS, MEMORY_LOOK_SECONDS
from workers.store.database import SqlDatabase

KILLED = "the worker process was killed"
KERNEL = "out of memory: the kernel killed the worker process"
KILLED_LISTED = 8
"""How many killed processes ``/healthz`` lists, the latest ones."""
log = logging.getLogger("headrace.worker")


class Turns:
    """A lock with which threads take turns using the database, and for which forks wait. One per process, because a
    function that is registered for forks cannot be removed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = False
        os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._born)

    @contextmanager
    def take(self, db: SqlDatabase) -> Iterator[SqlDatabase]:
        """Hold the lock during the block; at its end the database's connections are closed."""
        with self._lock:
            try:
                yield db
            finally:
                db.close()  # no connection is open when a child is forked

    def _before(self) -> None:
        self._held = self._lock.acquire(timeout=FORK_WAIT_SECONDS)

    def _after(self) -> None:
        if self._held:
            self._lock.release()

    def _born(self) -> None:
        self._lock = threading.Lock()


class Watchdog:
    """Watches the pool processes of one worker. Call ``start`` once the pool exists, ``stop`` at the end.

    The budget of the ``terms`` bounds their memory; ``heartbeats`` measures their silence, and a process that is silent
    for as long as a lease is killed. Queue and prefix of the terms are shown in the worker's sign of life; ``beat`` is
    called in every turn of the watching thread, ``failed`` when the watchdog itself breaks.
    """

    def __init__(
        self, db: SqlDatabase, turns: Turns, terms: PoolTerms, *, heartbeats: Heartbeats | None = None,
        watch: Watch | None = None, failed: Callable[[], None] = lambda: None, beat: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        budget = terms.budget
        self._db, self._turns, self._terms, self._heartbeats = db, turns, terms, heartbeats
        self._watch, self._failed, self._beat = watch or Watch(budget), failed, beat
        self._limit = max(LEAST_SILENCE_SECONDS, terms.lease)
        self._silence: dict[int, float] = {}
        self._ended: deque[str] = deque(maxlen=KILLED_LISTED)
        self._kills = budget.group.kills() if budget.group else 0
        self._names: dict[int, str] = {}
        self._reasons: dict[int, str] = {}
        self._dead: list[tuple[str, str]] = []
        self._noting = threading.Lock()
        self._news, self._over = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._children: Callable[[], list[int]] = list

    def children(self) -> list[int]:
        """The process ids of the pool."""
        return self._children()

    def start(self, children: Callable[[], list[int]]) -> None:
        """Start both threads; ``children`` returns the process ids of the pool and is called in every turn."""
        self._children = children
        for name, turn in (("watchdog", self._watching), ("burial", self._burying)):
            self._threads.append(threading.Thread(target=self._guarded, args=[turn], name=name, daemon=True))
            self._threads[-1].start()

    def stop(self) -> None:
        """Free the units of the processes that have died, and end both threads. May be called twice."""
        self._over.set()
        self._news.set()
        for thread in self._threads:
            thread.join(FREEING_AT_END_SECONDS)
        self._threads.clear()

    def look(self) -> None:
        """Kill processes that use too much memory or are silent for too long, and note processes that have ended."""
        pids = self._children()
        for pid in pids:
            if pid not in self._names:
                self._names[pid] = liveness.name(pid)
        found = self._watch.look(pids)
        if found is not None:
            self._end(*found)
        self._silence = self._heartbeats.silence(pids) if self._heartbeats else {}
        for pid, seconds in self._silence.items():
            if seconds >= self._limit:
                self._end(pid, silent(seconds))
        self._note()

    def _note(self) -> None:
        """Note the processes that have ended, for ``bury``."""
        with self._noting:
            for pid in [pid for pid, name in self._names.items() if liveness.gone(name)]:
                self._dead.append((self._names.pop(pid), self._reasons.pop(pid, "") or self._why()))
                self._news.set()

    def bury(self) -> None:
        """Free the units of dead processes at once, instead of when their leases expire. Raises ``Retry`` while the
        database is unavailable; the next call goes on with the processes that are left."""
        ledger = SqlLedger(self._db)
        while self._dead:
            name, reason = self._dead[0]
            returned = ledger.abandon(name, now=time.time(), reason=reason)
            if returned:
                log.warning("a unit is given back: %s", reason)
            Presence(self._db, "child", name=name).leave()
            self._dead.pop(0)

    def trouble(self) -> str:
        """What is wrong with the pool, for ``/healthz``: a process that is silent and does not end although it was
        killed; empty when there is none."""
        worst = max(self._silence.values(), default=0.0)
        return (
            f"has been silent for {worst:.0f} seconds and does not end"
            if worst > self._limit + KILLED_END_SECONDS
            else ""
        )

    def notes(self) -> list[str]:
        """Lines for ``/healthz`` on processes that are silent now, and on those that were killed lately."""
        now = [
            f"process {pid} is silent for {n:.0f} seconds" for pid, n in self._silence.items() if n >= SILENCE_SECONDS
        ]
        return [*now, *self._ended]

    def _end(self, pid: int, reason: str) -> None:
        if pid in self._reasons:  # it was killed already
            return
        if pid in self._names:  # the others were started by these, who find out themselves
            self._reasons[pid] = reason
        log.warning("process %d is killed: %s", pid, reason)
        self._ended.append(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} process {pid} was ended: {reason}")
        kill(pid)

    def _why(self) -> str:
        """The reason for the death of a process that the watchdog did not kill."""
        group = self._terms.budget.group
        kills = group.kills() if group else 0
        before, self._kills = self._kills, kills
        return KERNEL if kills > before else KILLED

    def _watching(self) -> None:
        while not self._over.wait(MEMORY_LOOK_SECONDS):
            self.look()
            self._beat()
        self._watch.close()

    def _burying(self) -> None:
        presence = Presence(self._db, "worker", self._terms.queue, self._terms.budget.limit or None)
        while not self._over.is_set():
            self._news.wait(FREEING_PAUSE_SECONDS)
            self._news.clear()
            try:
                with self._turns.take(self._db):
                    self.bury()
                    presence.beat(
                        prefix=self._terms.prefix,
                        processes=self._terms.budget.processes,
                        silent={pid: round(n) for pid, n in self._silence.items() if n >= SILENCE_SECONDS},
                    )
            except HeadraceError as error:  # tried again; at worst the leases of these units expire
                log.warning("what a dead process held is given back later: %s", error)
                self._over.wait(FREEING_PAUSE_SECONDS)
        self._note()
        try:
            with self._turns.take(self._db):
                self.bury()  # no other process would free these units before their leases expire
                presence.leave()
        except HeadraceError:
            return

    def _guarded(self, turn: Callable[[], None]) -> None:
        """Run a thread's function; when it breaks, the worker is asked to end, because it must not run unwatched. The
        service manager starts another one."""
        try:
            turn()
        except Exception:
            log.exception("the watchdog broke; this worker ends")
            self._failed()
