"""A whole run in one process: this thread and another one walk, a third one commits batches and advances the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from specs.contracts.assignment import Assignment
from specs.contracts.ledger import Ledger
from specs.contracts.work import Run
from specs.errors import Retry
from workers.embedded.control import HANGING_SECONDS, Control, Tick
from workers.process import liveness
from workers.process.stop_flag import StopFlag
from workers.queues.flusher import Flusher
from workers.queues.memory import MemoryQueue
from workers.unit.host import WorkerHost
from workers.unit.lease.heartbeat import Heartbeat
from workers.unit.worker import Worker

if TYPE_CHECKING:
    from specs.contracts.parts.resolver import Resolver

LANES = 2
"""Units that are walked at once: while one thread waits for the source, the other builds entities."""
MOST_THREADS = 8
"""Most threads that walk in one run: a thread that hangs cannot be ended, only replaced."""


def solo(
    ledger: Ledger, assignment: Assignment, stop: StopFlag, tick: Tick, *,
    stuck: Callable[[str], None] | None = None, report: Callable[[int], None] = lambda queued: None,
    heartbeat: Callable[..., Heartbeat] = Heartbeat, resolver: Resolver | None = None,
) -> Run | None:  # fmt: skip
    """Work on a run until it is closed or ``stop`` is set; returns the run as it was last read.

    ``report`` gets the bytes of uncommitted batches. ``stuck`` is called, from another thread, when a call of this
    thread to the source neither ends nor can be cancelled; a second walking thread that hangs in this way is replaced.
    ``resolver`` answers what sources ask of the catalog. Raises ``Fatal`` when the run cannot go on; batches that were
    emitted before are committed.
    """
    owner = liveness.name()
    queue = MemoryQueue(epoch=owner)
    left = threading.Event()
    control = Control(
        queue, Flusher(queue, ledger), tick, stop, left=left.is_set, report=lambda: report(queue.bytes)
    )  # fmt: skip
    failures: list[BaseException] = []
    several = min(LANES, assignment.recipe.limits.connections)
    host = WorkerHost(owner, ledger, queue, stop, lanes=several, heartbeat=heartbeat, resolver=resolver)

    def flush() -> None:
        try:
            control.loop()
        except BaseException as error:  # the walking thread raises it at the end
            failures.append(error)
            queue.fail(error)

    def over() -> bool:
        return control.over or bool(failures)

    def make(stuck: Callable[[str], None] | None) -> Worker:
        lanes.append(Worker(assignment, replace(host, stuck=stuck)))
        return lanes[-1]

    def begin() -> None:
        """Start another walking thread."""
        replaced = threading.Event()

        def hangs(_scope: str) -> None:
            """Start another thread in place of one that hangs: its call cannot be ended, and the lease of its unit
            expires."""
            if not stop.is_set() and not replaced.is_set() and len(threads) < MOST_THREADS:
                replaced.set()
                begin()

        thread = threading.Thread(target=lane, args=(make(hangs), replaced), name="lane", daemon=True)
        threads.append(thread)
        thread.start()

    def lane(worker: Worker, replaced: threading.Event) -> None:
        try:
            worker.work(lambda: over() or replaced.is_set())
        except BaseException as error:  # raised at the end too; the stop flag makes the others release their units
            failures.append(error)
            stop.set("failed")

    lanes: list[Worker] = []
    threads: list[threading.Thread] = []
    own = make(stuck)
    flusher = threading.Thread(target=flush, name="flusher", daemon=True)
    flusher.start()
    if several > 1:
        begin()
    broken = False
    try:
        own.work(over)
    except Retry:  # raised by the alarm when the call that hung had just ended by itself
        broken = stop.is_set()
        stop.set("failed")
        if not broken:
            raise
    except BaseException:
        stop.set("failed")
        raise
    finally:
        end = time.monotonic() + HANGING_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        left.set()
        for worker in lanes:
            worker.close()
        flusher.join()
        queue.close()
    if broken or any(thread.is_alive() for thread in threads):  # a thread that hangs still holds its unit
        ledger.abandon(owner, now=time.time(), reason=f"stopped: {stop.reason}")
    if failures:
        raise failures[0]
    return control.run
