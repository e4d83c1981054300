"""Kills processes of a cluster at random and starts them again, as an orchestrator would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.workers.cluster.rig import Cluster

KINDS = {"child": 12, "worker": 4, "flusher": 3, "scheduler": 0}
"""How often each kind is chosen."""


class Killer:
    """Keeps ``workers`` workers with two pool processes each, two flushers and a scheduler alive, and kills them."""

    def __init__(self, made: Cluster, *, seed: int, workers: int = 2) -> None:
        self._made, self._random = made, random.Random(seed)
        self.workers = [made.start("worker", "--concurrency", "2") for _ in range(workers)]
        self.flushers = [made.flusher() for _ in range(2)]
        self.schedulers = []
        self.kills = dict.fromkeys(KINDS, 0)

    def kill(self) -> None:
        """Kill one process, or one group of them, that lives."""
        self.tend()
        kind = self._random.choices(list(KINDS), list(KINDS.values()))[0]
        if kind == "child":
            self._child()
        else:
            crew = {"worker": self.workers, "flusher": self.flushers, "scheduler": self.schedulers}[kind]
            self._replace(crew, self._random.randrange(len(crew)), kind)

    def _child(self) -> None:
        living = [pid for worker in self.workers for pid in children(worker.pid)]
        if not living:
            return
        with suppress(ProcessLookupError):
            os.kill(self._random.choice(living), signal.SIGKILL)
            self.kills["child"] += 1

    def tend(self) -> None:
        """Start again what ended by itself: a worker does when its pool is killed before it was complete."""
        for at, worker in enumerate(self.workers):
            if worker.poll() is not None:
                log = self._made.log(worker)
                assert "Could not start worker processes" in log, log
                self._start(self.workers, at, "worker")

    def _replace(self, crew: list[subprocess.Popen[bytes]], at: int, kind: str) -> None:
        assert crew[at].poll() is None, self._made.log(crew[at])
        os.killpg(crew[at].pid, signal.SIGKILL)
        crew[at].wait()
        self.kills[kind] += 1
        self._start(crew, at, kind)

    def _start(self, crew: list[subprocess.Popen[bytes]], at: int, kind: str) -> None:
        arguments = ("--concurrency", "2") if kind == "worker" else ()
        crew[at] = self._made.start(kind, *arguments)

    @property
    def total(self) -> int:
        return sum(self.kills.values())

    def pause(self, most: float) -> None:
        time.sleep(self._random.uniform(0, most))


def children(pid: int) -> list[int]:
    """The living child processes of a process."""
    with suppress(OSError):
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in found if alive(int(child))]
    return []


def alive(pid: int) -> bool:
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    return False
