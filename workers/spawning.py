"""Starts the worker processes of a crawl on one machine.

It needs little of ours, so that the first worker can be started, and import what it needs, before this process has
imported what it needs itself.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import NamedTuple

from workers.heartbeats import Heartbeats

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[3]); "
    "from workers.memory import collect_seldom; collect_seldom(); from workers.child import main; "
    "main(int(sys.argv[1]), int(sys.argv[2]))"
)


class Spawned(NamedTuple):
    """A worker process that waits for its order at the other end of ``pipe``."""

    process: subprocess.Popen[bytes]
    pipe: socket.socket


class Spawner:
    """Spawns worker processes, which tell ``heartbeats`` that they turn. ``close`` ends those that nobody took."""

    def __init__(self) -> None:
        self.heartbeats = Heartbeats()
        self._waiting: list[Spawned] = []

    def begin(self) -> None:
        """Start a process ahead of the first ``take``."""
        self._waiting.append(self._spawn())

    def take(self) -> Spawned:
        """A process that waits already, or a new one."""
        return self._waiting.pop() if self._waiting else self._spawn()

    def close(self) -> None:
        """May be called twice."""
        for process, pipe in self._waiting:
            pipe.close()
            process.kill()
            process.wait()
        self._waiting.clear()
        self.heartbeats.close()

    def _spawn(self) -> Spawned:
        ours, theirs = socket.socketpair()
        number, mouth = theirs.fileno(), self.heartbeats.mouth
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(number), str(mouth), json.dumps(sys.path)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(number, mouth),
                process_group=0,  # Ctrl-C on the terminal is for the parent
            )  # fmt: skip
        return Spawned(process, ours)
