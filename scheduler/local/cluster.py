"""The processes of a local cluster, and the order in which they are started."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from scheduler.local import postgres_server, redis_server
from scheduler.local.child import ProcessPlan
from scheduler.local.folder import CATALOG, Folder
from scheduler.local.machine import port
from scheduler.local.supervisor import Supervisor, Tell
from workers.process.interruption import interruptible
from workers.process.stop_flag import StopFlag
from workers.store.database import open_database

OURS = {
    f"HEADRACE_{name}"
    for name in ("REDIS", "REDIS_FILE", "CATALOG", "CATALOG_FILE", "PREFIX", "REDIS_CA", "REDIS_CERT", "REDIS_KEY")
}
"""Settings that this command sets for its processes; the environment's values are ignored."""


class Up(NamedTuple):
    """A running cluster: its folder, by which other commands find it, and the URL of its metrics."""

    folder: Folder
    metrics: str


def up(folder: Folder, *, workers: str, as_json: bool, tell: Tell, ready: Callable[[Up], None]) -> None:
    """Start a cluster and keep it running until SIGINT, SIGTERM, SIGHUP or SIGQUIT; then end all its processes.

    ``workers`` is the concurrency of the worker; ``tell`` gets ``(process, line)``; ``ready`` is called once all run.

    Raises ``UsageError`` when a server is missing, ``Fatal`` when one does not start or the folder is in use.
    """
    stop = StopFlag()
    with interruptible(stop), folder.made().locked(), Supervisor(tell, stop) as supervisor:
        tell("up", f"preparing Redis and PostgreSQL in {folder.path}")
        plans = [redis_server.plan(folder), postgres_server.plan(folder)]
        for plan in plans:
            if plan.log is not None:
                plan.log.unlink(missing_ok=True)
        answers = {"redis": redis_server.answers, "postgres": postgres_server.answers}
        servers = supervisor.start(plans)
        if not supervisor.wait(servers, lambda child: answers[child.plan.name](folder)):
            return
        open_database(folder.url(CATALOG)).close()  # creates or migrates the tables before several processes need them
        listen = f"127.0.0.1:{port()}"
        supervisor.start(_processes(folder, workers, listen, as_json))
        ready(Up(folder, f"http://{listen}/metrics"))
        supervisor.run()
        tell("up", f"{stop.reason}: stopping")


def _processes(folder: Folder, workers: str, listen: str, as_json: bool) -> list[ProcessPlan]:
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    environ = {**kept, **folder.environment(), "PYTHONUNBUFFERED": "1"}
    commands = {
        "scheduler": ("--listen", listen),
        "flusher": (),
        "publisher": (),
        "worker": ("--concurrency", workers),
    }
    return [
        ProcessPlan(
            name,
            (sys.executable, "-P", "-c", "from scheduler.cli.cli import main; main()", name, *arguments)
            + (("--json",) if as_json else ()),
            Path.cwd(),  # relative paths in recipes and the user's own connectors are found from here
            environ=environ,
            orphan=signal.SIGKILL,
        )
        for name, arguments in commands.items()
    ]
