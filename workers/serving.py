"""The process behind ``headrace worker``: a Celery worker whose pool processes drain the ledger."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

from celery import signals

from workers.app import make
from workers.drain import LOOK, Drain
from workers.flags import Flag
from workers.joining import check, joined
from workers.logs import setup
from workers.memory import tune
from workers.settings import QUEUES, Settings
from workers.stopping import Stop
from workers.tasks import SLICE, register


class Child:
    """What one pool process owns: made in it, after the fork."""

    def __init__(self, settings: Settings, flag: Flag, processes: int) -> None:
        self._settings, self._flag, self._processes = settings, flag, processes
        self._drain: Drain | None = None
        self._stack = ExitStack()
        self._stop = Stop()

    def open(self, **_: Any) -> None:
        """Connect, and stop when the worker does. Errors end the process; its parent starts another one."""
        signal.signal(signal.SIGTERM, self._asked)
        _offer()
        tune()
        threading.Thread(target=self._follow, name="follow", daemon=True).start()

    def close(self, **_: Any) -> None:
        if self._drain is not None:
            self._drain.close()
        self._stack.close()

    def drain(self, seconds: float) -> bool:
        if self._drain is None:
            db, queue = self._stack.enter_context(joined(self._settings))
            self._drain = Drain(
                db, queue, self._stop, processes=self._processes, lease=self._settings.lease
            )  # fmt: skip
        return self._drain.run(seconds)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set("SIGTERM")
        if self._drain is None or not self._drain.busy:
            raise SystemExit(0)

    def _follow(self) -> None:
        while not self._stop.wait(LOOK):
            if self._flag.is_set():
                self._stop.set("SIGTERM")


def serve(
    settings: Settings, *, concurrency: int | None = None, queue: str = QUEUES[0], seconds: float = SLICE,
    as_json: bool = False,
) -> int:  # fmt: skip
    """Work until SIGTERM or SIGINT; returns the exit code. Raises ``Fatal`` when it cannot start."""
    check(settings)
    processes = concurrency or len(os.sched_getaffinity(0))
    setup(as_json=as_json)
    warnings.filterwarnings("ignore", module=r"celery\.")  # settings that we make on purpose
    flag = Flag()
    child = Child(settings, flag, processes)
    app = make(settings)
    register(app, child.drain, seconds=seconds)

    def stopping(**_: Any) -> None:
        flag.set()

    def logging(**_: Any) -> None:
        """Logging is set up already: Celery leaves it alone when somebody listens to this signal."""

    signals.setup_logging.connect(logging)
    signals.worker_process_init.connect(child.open)
    signals.worker_process_shutdown.connect(child.close)
    signals.worker_shutting_down.connect(stopping)
    worker = app.Worker(
        pool="prefork", concurrency=processes, queues=[queue], loglevel="INFO", quiet=True, without_gossip=True,
        without_mingle=True, without_heartbeat=True, hostname=f"headrace-{os.getpid()}@{os.uname().nodename}",
    )  # fmt: skip
    worker.start()
    return int(worker.exitcode or 0)


def _offer() -> None:
    """When memory runs out, the kernel should take a pool process rather than their parent."""
    try:
        Path("/proc/self/oom_score_adj").write_text("500")
    except OSError:
        return
