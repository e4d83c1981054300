"""Beside a worker's parent: kills the pool process that has too much memory or has fallen silent, and buries the dead.

Two threads, so that memory is looked at whatever the ledger does, and a third of its own for HTTP where asked for. What
they do with the database never overlaps a fork: a child must not be born with half of it.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from specs.errors import HeadraceError
from workers.ledger import SqlLedger
from workers.presence import Presence
from workers.process import liveness
from workers.process.child_heartbeats import Heartbeats, silent
from workers.process.governor import MemoryBudget, Watch
from workers.process.governor.watch import EVERY
from workers.store.database import SqlDatabase
from workers.unit.lease.heartbeat import LEASE

FORK = 5.0
"""Seconds that a fork waits for a thread that talks to the database, at most."""
AGAIN = 1.0
"""Seconds between two attempts to bury somebody while the ledger is out of reach."""
KILLED = "the worker process was killed"
KERNEL = "out of memory: the kernel killed the worker process"
LAST = 4.0
"""Seconds for burying who died until the end."""
NOTICED = 5.0
"""Seconds of silence from which on a process is spoken of."""
GRACE = 30.0
"""Seconds that a killed process may take to be gone."""
NOTES = 8
"""Processes that were ended, of which the last ones are told."""
log = logging.getLogger("headrace.worker")


class Turns:
    """Threads take turns with the database, and forks wait for them. One per process, since it cannot be undone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = False
        os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._born)

    @contextmanager
    def take(self, db: SqlDatabase) -> Iterator[SqlDatabase]:
        with self._lock:
            try:
                yield db
            finally:
                db.close()  # no connection is open when a child is forked

    def _before(self) -> None:
        self._held = self._lock.acquire(timeout=FORK)

    def _after(self) -> None:
        if self._held:
            self._lock.release()

    def _born(self) -> None:
        self._lock = threading.Lock()


class Watchdog:
    """``children`` are the process ids of the pool, asked again and again. ``start`` once they may be there.

    ``heartbeats`` tell who is silent, and since when; who is for ``silence`` seconds is killed.
    """

    def __init__(
        self, db: SqlDatabase, turns: Turns, budget: MemoryBudget, queue: str, *, watch: Watch | None = None,
        kill: Callable[[int, int], None] = os.kill, failed: Callable[[], None] = lambda: None,
        beat: Callable[[], None] = lambda: None, prefix: str | None = None,
        heartbeats: Heartbeats | None = None, silence: float = LEASE,
    ) -> None:  # fmt: skip
        self._db, self._turns, self._budget, self._queue = db, turns, budget, queue
        self._watch, self._kill, self._failed, self._beat = watch or Watch(budget), kill, failed, beat
        self._prefix, self._heartbeats, self._limit = prefix, heartbeats, silence
        self._silence: dict[int, float] = {}
        self._ended: deque[str] = deque(maxlen=NOTES)
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
        self._children = children
        for name, turn in (("watchdog", self._watching), ("clerk", self._burying)):
            self._threads.append(threading.Thread(target=self._guarded, args=[turn], name=name, daemon=True))
            self._threads[-1].start()

    def stop(self) -> None:
        """Bury who died until now, and leave. May be called twice."""
        self._over.set()
        self._news.set()
        for thread in self._threads:
            thread.join(LAST)
        self._threads.clear()

    def look(self) -> None:
        """Kill who has to go; note who is gone."""
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
        """Note who is gone."""
        with self._noting:
            for pid in [pid for pid, name in self._names.items() if liveness.gone(name)]:
                self._dead.append((self._names.pop(pid), self._reasons.pop(pid, "") or self._why()))
                self._news.set()

    def bury(self) -> None:
        """Give back at once what the dead held. Raises what the ledger raises; the rest is tried again."""
        ledger = SqlLedger(self._db)
        while self._dead:
            name, reason = self._dead[0]
            returned = ledger.abandon(name, now=time.time(), reason=reason)
            if returned:
                log.warning("a unit is given back: %s", reason)
            Presence(self._db, "child", name=name).leave()
            self._dead.pop(0)

    def trouble(self) -> str:
        """What is wrong with the pool, for ``/healthz``: a process that neither turns nor can be ended."""
        worst = max(self._silence.values(), default=0.0)
        return f"has been silent for {worst:.0f} seconds and does not end" if worst > self._limit + GRACE else ""

    def notes(self) -> list[str]:
        """Who is silent, and who was ended lately, for ``/healthz``."""
        now = [f"process {pid} is silent for {n:.0f} seconds" for pid, n in self._silence.items() if n >= NOTICED]
        return [*now, *self._ended]

    def _end(self, pid: int, reason: str) -> None:
        if pid in self._reasons:  # it is on its way
            return
        self._reasons[pid] = reason
        log.warning("process %d is killed: %s", pid, reason)
        self._ended.append(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} process {pid} was ended: {reason}")
        with suppress(ProcessLookupError):
            self._kill(pid, signal.SIGKILL)

    def _why(self) -> str:
        """Why somebody died whom we did not kill."""
        kills = self._budget.group.kills() if self._budget.group else 0
        before, self._kills = self._kills, kills
        return KERNEL if kills > before else KILLED

    def _watching(self) -> None:
        while not self._over.wait(EVERY):
            self.look()
            self._beat()
        self._watch.close()

    def _burying(self) -> None:
        presence = Presence(self._db, "worker", self._queue, self._budget.limit or None)
        while not self._over.is_set():
            self._news.wait(AGAIN)
            self._news.clear()
            try:
                with self._turns.take(self._db):
                    self.bury()
                    presence.beat(
                        prefix=self._prefix,
                        processes=self._budget.processes,
                        silent={pid: round(n) for pid, n in self._silence.items() if n >= NOTICED},
                    )
            except HeadraceError as error:  # asked again; leases run out meanwhile
                log.warning("what a dead process held is given back later: %s", error)
                self._over.wait(AGAIN)
        self._note()
        try:
            with self._turns.take(self._db):
                self.bury()  # nobody else tells of them that they are gone
                presence.leave()
        except HeadraceError:
            return

    def _guarded(self, turn: Callable[[], None]) -> None:
        """A worker without a watchdog must not go on: it ends in order, and whoever runs it starts another one."""
        try:
            turn()
        except Exception:
            log.exception("the watchdog broke; this worker ends")
            self._failed()
