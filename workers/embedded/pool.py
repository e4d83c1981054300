"""A run in several processes of one machine: spawned workers walk, this process commits their batches and advances the
run."""

from __future__ import annotations

import contextlib
import json
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from specs.contracts.assignment import Assignment
from specs.contracts.ledger import Ledger
from specs.contracts.work import Run
from specs.errors import Fatal
from workers.embedded.child import Order
from workers.embedded.control import LEAVE_SECONDS, Control, Tick
from workers.process import liveness
from workers.process.governor import MemoryBudget, share
from workers.process.governor.budget import given
from workers.process.governor.child_heartbeats import Heartbeats, silent
from workers.process.governor.memory import rss
from workers.process.governor.started import kill
from workers.process.governor.watch import Watch
from workers.process.stop_flag import StopFlag
from workers.process.times import MEMORY_LOOK_SECONDS
from workers.queues.flusher import Flusher
from workers.queues.pipe.calls import CallServer
from workers.queues.pipe.frames import frame
from workers.queues.pipe.pipe_queue import PipeQueue
from workers.queues.pipe.producer import ORDER
from workers.store.retries import patiently
from workers.unit.times import LEASE_SECONDS

if TYPE_CHECKING:
    from specs.contracts.parts.resolver import Resolver

DEATHS = 12
"""Deaths in a row per worker, with no batch committed in between, after which the run fails."""
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[3]); "
    "from workers.process.governor.memory import collect_seldom; collect_seldom(); "
    "from workers.embedded.child import main; "
    "main(int(sys.argv[1]), int(sys.argv[2]))"
)


class Pool:
    """Keeps ``wanted`` worker processes running; the control loop calls ``tend`` in every turn.

    ``committed`` returns the number of batches committed so far; a worker that is silent for ``silence`` seconds is
    killed.
    """

    def __init__(
        self, ledger: Ledger, queue: PipeQueue, order: Order, stop: StopFlag, committed: Callable[[], int], *,
        wanted: int, silence: float = LEASE_SECONDS,
    ) -> None:  # fmt: skip
        self._ledger, self._queue, self._stop, self._committed = ledger, queue, stop, committed
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ended: list[str] = []
        self._spawned = self._streak = self._before = 0
        self._asked = False
        self._pause = self._watched = 0.0
        self._order, self._watch, self._wanted = order, Watch(order.memory), wanted
        self._reasons: dict[str, str] = {}
        self._heartbeats, self._limit = Heartbeats(), silence
        while len(self._processes) < wanted:
            self._spawn()

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of the workers by name."""
        return {worker: process.pid for worker, process in self._processes.copy().items()}

    def left(self) -> bool:
        """Whether all workers have exited, and so have released their units."""
        return not self._processes

    def tend(self) -> bool:
        """Free the units of workers that have ended, spawn others in their place, and kill workers that use too much
        memory or are silent; returns whether units may have become ready.

        Raises the error that a worker reported, and ``Fatal`` when the workers keep dying.
        """
        if self._queue.errors:
            raise self._queue.errors[0]
        if self._stop.is_set() and not self._asked:
            self._asked = True
            self._queue.stop(self._stop.reason)
        self._govern()
        while self._queue.ended:
            self._ended.append(self._queue.ended.pop())
        buried = [worker for worker in self._ended if self._bury(worker)]
        self._ended = [worker for worker in self._ended if worker not in buried]
        if not self._stop.is_set() and time.monotonic() >= self._pause:
            while len(self._processes) < self._wanted:
                self._spawn()
        return bool(buried)

    def close(self) -> None:
        """End all workers: ask them, and after ``LEAVE_SECONDS`` kill them."""
        self._queue.end()
        deadline = time.monotonic() + LEAVE_SECONDS
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0 if self._asked else max(0.0, deadline - time.monotonic()))
            process.kill()
            process.wait()
        self._processes.clear()
        self._watch.close()
        self._heartbeats.close()

    def _govern(self) -> None:
        """Kill the worker that uses too much memory, before the kernel kills any process, and workers that are silent
        for too long."""
        if time.monotonic() - self._watched < MEMORY_LOOK_SECONDS:
            return
        self._watched = time.monotonic()
        workers = {process.pid: worker for worker, process in self._processes.items()}
        found = self._watch.look(workers)
        if found is not None:
            self._kill(*found, workers)
        for pid, seconds in self._heartbeats.silence(workers).items():
            if seconds >= self._limit:
                self._end(workers[pid], silent(seconds))

    def _kill(self, pid: int, reason: str, workers: dict[int, str]) -> None:
        if pid in workers:
            self._end(workers[pid], reason)
        else:  # a worker has started it, and finds out itself
            kill(pid)

    def _end(self, worker: str, reason: str) -> None:
        self._reasons.setdefault(worker, reason)
        kill(self._processes[worker].pid)

    def _bury(self, worker: str) -> bool:
        """Free the unit of a worker that has ended; returns whether that is done. Its complete batches have to be
        committed first."""
        if self._queue.holds(worker):
            return False
        process = self._processes.pop(worker)
        process.kill()
        code = process.wait()
        self._queue.forget(worker)
        if code or not self._stop.is_set():
            ended = f"the worker process ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}"
            reason = self._reasons.pop(worker, ended)
            patiently(lambda: self._ledger.abandon(worker, now=time.time(), reason=reason))
        if not self._stop.is_set():
            self._count()
        return True

    def _count(self) -> None:
        committed = self._committed()
        self._streak = self._streak + 1 if committed == self._before else 1
        self._before = committed
        self._pause = time.monotonic() + min(2.0, 0.1 * (self._streak - 1))
        if self._streak > DEATHS * self._wanted:
            raise Fatal(
                "the worker processes keep dying",
                self._order.assignment.run,
                "see what they wrote above",
                reason="worker",
            )

    def _spawn(self) -> None:
        self._spawned += 1
        name = f"{self._order.worker}/{self._spawned}"
        ours, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(number), str(self._heartbeats.writer), json.dumps(sys.path)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(number, self._heartbeats.writer),
                process_group=0,  # so that Ctrl-C on the terminal signals the parent only
            )  # fmt: skip
        self._processes[name] = process
        order = pickle.dumps(replace(self._order, worker=name))
        with contextlib.suppress(OSError):  # a worker that died at once is noticed by ``tend``
            ours.sendall(frame(ORDER, order))
        self._queue.attach(name, ours)


def pooled(
    ledger: Ledger, assignment: Assignment, stop: StopFlag, tick: Tick, *, processes: int,
    memory: MemoryBudget | None = None, report: Callable[[int], None] = lambda queued: None,
    spawned: Callable[[Pool], None] = lambda pool: None, silence: float = LEASE_SECONDS,
    resolver: Resolver | None = None,
) -> Run | None:  # fmt: skip
    """Work on a run until it is closed or ``stop`` is set; returns the run as it was last read.

    ``memory`` is the budget of the ``processes`` workers (``None``: derived from the machine). ``report`` gets the
    bytes of uncommitted batches. A worker that is silent for ``silence`` seconds is killed, and another one takes its
    place. ``resolver`` answers what sources ask of the catalog. Raises ``Fatal`` when the run cannot go on.
    """
    owner = liveness.name()
    order = Order(owner, owner, assignment, memory or share(processes, parent=rss(), memory=given()))
    server = CallServer(ledger, resolver)
    queue = PipeQueue(server)
    flusher = Flusher(queue, ledger)
    try:
        pool = Pool(ledger, queue, order, stop, lambda: flusher.batches, wanted=processes, silence=silence)
        spawned(pool)
        control = Control(
            queue, flusher, tick, stop, left=pool.left, tend=pool.tend, report=lambda: report(queue.bytes)
        )  # fmt: skip
        try:
            control.loop()
        except BaseException:
            stop.set("failed")
            queue.stop("failed")
            raise
        finally:
            pool.close()
        if stop.is_set():  # workers that did not exit in time were killed and still hold units
            for worker in {owner} | {w for w in ledger.holders(assignment.run)[0] if w.startswith(owner)}:
                ledger.abandon(worker, now=time.time(), reason=f"stopped: {stop.reason}")
        return control.run
    finally:
        queue.close()
        server.close()
