"""Kills processes of a cluster at random and starts them again, as an orchestrator would."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.workers.cluster.rig import Cluster
from workers.ledger import SqlLedger

KINDS = {"child": 12, "worker": 4, "flusher": 4, "scheduler": 2}
"""How often each kind is chosen."""
CREWS = {"worker": ("worker", "--concurrency", "2"), "flusher": ("flusher",), "scheduler": ("scheduler",)}
BREATH = 1.5
"""Seconds that pass between two kills, at most, for the crawl to get on a little."""


class Killer:
    """Keeps two of each kind of process alive, and kills them. ``kills`` counts by kind; a child is a pool process."""

    def __init__(self, made: Cluster, *, seed: int) -> None:
        self._made, self._random = made, random.Random(seed)
        self.crews = {kind: [made.start(*command) for _ in range(2)] for kind, command in CREWS.items()}
        self.kills = dict.fromkeys(KINDS, 0)

    @property
    def total(self) -> int:
        return sum(self.kills.values())

    def rage(self, ledger: SqlLedger, run: str, times: int) -> None:
        """Kill ``times`` processes, one after the other, each once something was stored since the last one died."""
        while self.total < times and ledger.run(run).open:
            before, end = ledger.progress(run).entities, time.monotonic() + BREATH
            while ledger.progress(run).entities == before and time.monotonic() < end:
                time.sleep(0.02)
            time.sleep(self._random.uniform(0, 0.05))
            self.kill()

    def kill(self) -> None:
        """Kill one pool process, or one process with all of its children."""
        self._tend()
        kind = self._random.choices(list(KINDS), list(KINDS.values()))[0]
        if kind == "child":
            self._child()
        else:
            self._group(kind, self._random.randrange(len(self.crews[kind])))

    def _child(self) -> None:
        living = [pid for worker in self.crews["worker"] for pid in children(worker.pid)]
        if living:
            with suppress(ProcessLookupError):
                os.kill(self._random.choice(living), signal.SIGKILL)
                self.kills["child"] += 1

    def _group(self, kind: str, at: int) -> None:
        process = self.crews[kind][at]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.kills[kind] += 1
        self._start(kind, at)

    def _tend(self) -> None:
        """Start again what ended by itself: a worker does when its pool is killed before it was complete."""
        for kind, crew in self.crews.items():
            for at, process in enumerate(crew):
                if process.poll() is not None:
                    log = self._made.log(process)
                    assert kind == "worker", log
                    assert "Could not start worker processes" in log, log
                    self._start(kind, at)

    def _start(self, kind: str, at: int) -> None:
        self.crews[kind][at] = self._made.start(*CREWS[kind])


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
