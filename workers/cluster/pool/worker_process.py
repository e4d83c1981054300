"""The process behind ``headrace worker``: a Celery worker whose pool processes claim units from the ledger."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Callable
from contextlib import ExitStack, suppress
from logging import CRITICAL, getLogger
from types import FrameType
from typing import Any

from celery import Celery, bootsteps, signals
from celery.apps.worker import install_worker_term_handler

from specs.errors import HeadraceError
from workers.cluster.hints.app import make
from workers.cluster.hints.tasks import register
from workers.cluster.membership import check, joined
from workers.cluster.pool.departure import leave
from workers.cluster.pool.pool_worker import PoolWorker
from workers.cluster.pool.shared_flag import Flag
from workers.cluster.pool.terms import PoolTerms
from workers.cluster.pool.watchdog import Turns, Watchdog
from workers.cluster.settings import QUEUES, Settings
from workers.cluster.times import REPLACE_SECONDS, TASK_SECONDS
from workers.metrics import Counters, local
from workers.presence import Presence
from workers.process.governor import derive, processors
from workers.process.governor.child_heartbeats import Heartbeats, beat
from workers.process.governor.memory import bound, offer, rss, tune
from workers.process.health_endpoint import PLAIN, Health, Route
from workers.process.health_endpoint import serve as listen
from workers.process.logs import setup
from workers.process.signals import ending
from workers.process.stop_flag import StopFlag
from workers.process.times import STOP_LOOK_SECONDS
from workers.store.database import SqlDatabase


class PoolProcess:
    """The objects of one pool process; they are made in it, after the fork.

    ``flag`` is set when the worker has to stop; ``writer`` is the file descriptor for heartbeats.
    """

    def __init__(self, settings: Settings, flag: Flag, terms: PoolTerms, writer: int) -> None:
        self._settings, self._flag, self._terms, self._writer = settings, flag, terms, writer
        self._pool_worker: PoolWorker | None = None
        self._stack = ExitStack()
        self._stop = StopFlag()

    def open(self, **_: Any) -> None:
        """Prepare the new process: heartbeats, memory limits, and a thread that follows the worker's stop flag. An
        error ends the process, and its parent starts another one."""
        beat(self._writer)
        offer()
        tune()
        bound(self._terms.budget.data)
        threading.Thread(target=self._follow, name="follow", daemon=True).start()

    def close(self, **_: Any) -> None:
        """Close the connections of this process."""
        if self._pool_worker is not None:
            self._pool_worker.close()
        self._stack.close()

    def work(self, seconds: float) -> bool:
        """Claim and run units for up to ``seconds``; returns whether there may be more. Raises as ``joined`` does."""
        if self._pool_worker is None:
            self._listen()
            db, queue = self._stack.enter_context(joined(self._settings))
            counters = Counters()
            self._pool_worker = PoolWorker(db, queue, self._stop, self._terms, counters=counters)
            threading.Thread(target=self._tell, args=[db, counters], name="presence", daemon=True).start()
        return self._pool_worker.run(seconds)

    def _listen(self) -> None:
        """Install signal handlers. This has to wait for the first task, because Celery's pool replaces handlers that
        are installed when the process starts."""
        for number in ending():
            signal.signal(number, self._asked)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set("SIGTERM")
        if self._pool_worker is None or not self._pool_worker.busy:
            raise SystemExit(0)

    def _follow(self) -> None:
        while not self._stop.wait(STOP_LOOK_SECONDS):
            if self._flag.is_set():
                self._stop.set("SIGTERM")

    def _tell(self, db: SqlDatabase, counters: Counters) -> None:
        presence = Presence(db, "child", self._terms.queue, self._terms.budget.hard)
        while not self._stop.wait(1.0):
            with suppress(HeadraceError, MemoryError):  # the next turn writes it
                presence.beat(counters=counters.told())


class Guarding(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts the watchdog once the pool exists, and makes Celery replace dead processes every ``REPLACE_SECONDS``
    instead of every 5 seconds."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, *, watchdog: Watchdog, **_: Any) -> None:
        self._watchdog = watchdog

    def start(self, parent: Any) -> None:
        pool = parent.pool._pool
        self._watchdog.start(lambda: [process.pid for process in list(pool._pool)])
        parent.timer.call_repeatedly(REPLACE_SECONDS, pool.maintain_pool, ())
        parent.timer.call_repeatedly(REPLACE_SECONDS, parent.turned, ())


def serve(
    settings: Settings, *, concurrency: int | None = None, queue: str = QUEUES[0], seconds: float = TASK_SECONDS,
    as_json: bool = False, metrics: str | None = None,
) -> int:  # fmt: skip
    """Run a worker until SIGTERM, SIGHUP, SIGQUIT or SIGINT; returns its exit code.

    ``concurrency`` is the number of pool processes (``None``: one per processor, as many as fit in memory), ``seconds``
    the time of one task, ``metrics`` the ``HOST:PORT`` at which to answer ``/metrics`` and ``/healthz``.
    Raises ``UsageError`` and ``Fatal`` when it cannot start.
    """
    parent = rss()
    budget = derive(parent, concurrency, processors=processors(), memory=settings.memory)
    setup(as_json=as_json, kind="worker")
    check(settings)
    if advice := budget.advice(parent):
        getLogger("headrace.worker").warning("%s", advice)
    getLogger("celery.worker.request").setLevel(CRITICAL)  # it logs a traceback per dead process; the watchdog says why
    warnings.filterwarnings("ignore", module=r"celery\.")  # it warns of settings that are made on purpose
    flag = Flag()
    heartbeats = Heartbeats()
    terms = PoolTerms(budget, queue, settings.lease, settings.prefix)
    child = PoolProcess(settings, flag, terms, heartbeats.writer)
    app = make(settings)
    app.conf.worker_max_memory_per_child = budget.soft // 1024  # in KiB; Celery checks it between two tasks
    register(app, child.work, seconds=seconds)

    def stopping(**_: Any) -> None:
        flag.set()
        leave(watchdog.children, watchdog.stop)

    def logging(**_: Any) -> None:
        """Do nothing: Celery leaves logging as it is when a function is connected to this signal."""

    signals.setup_logging.connect(logging)
    signals.worker_process_init.connect(child.open)
    signals.worker_process_shutdown.connect(child.close)
    signals.worker_shutting_down.connect(stopping)
    turns, health = Turns(), Health()
    with joined(settings) as (db, _), ExitStack() as stack:
        watchdog = Watchdog(
            db, turns, terms, heartbeats=heartbeats, failed=_end, beat=health.loop("looking after the pool").beat
        )  # fmt: skip
        stack.callback(watchdog.stop)
        health.part("a pool process", watchdog.trouble)
        health.notes(watchdog.notes)
        turned = health.loop("taking hints").beat
        if metrics is not None:
            stack.enter_context(listen(metrics, routes(db, turns, health)))
        app.steps["worker"].add(Guarding)
        worker = _quiet(app, turned)(
            pool="prefork", concurrency=budget.processes, queues=[queue], loglevel="INFO", quiet=True,
            without_gossip=True, without_mingle=True, without_heartbeat=True, watchdog=watchdog,
            hostname=f"headrace-{os.getpid()}@{os.uname().nodename}",
        )  # fmt: skip
        worker.start()
    return int(worker.exitcode or 0)


def _quiet(app: Celery, turned: Callable[[], None]) -> type[Any]:
    """Celery's worker class, changed to end in an orderly way on all signals of ``ending()`` and on SIGINT. ``turned``
    is called in every turn of its main loop, also while that waits for Redis.

    Celery's own handlers would restart the worker on SIGHUP and log its command line, write to the terminal, and leave
    units held on SIGQUIT.
    """

    class Quiet(app.Worker):  # type: ignore[misc]
        def turned(self) -> None:
            turned()

        def install_platform_tweaks(self, worker: Any) -> None:
            for number in (signal.SIGINT, *ending()):
                install_worker_term_handler(worker, sig=number.name, verbose=False)

    return Quiet


def _end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def routes(db: SqlDatabase, turns: Turns, health: Health) -> dict[str, Route]:
    """The routes of a worker's health endpoint by path."""

    def metrics() -> tuple[int, str, str]:
        with turns.take(db):
            return 200, PLAIN, local(db)

    return {"/metrics": metrics, "/healthz": health.route}
