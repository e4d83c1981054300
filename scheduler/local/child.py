"""One child process: started, its output passed on, started again when it dies, and always ended with its parent."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from scheduler.local.machine import environment, rights
from scheduler.local.times import CALM_SECONDS, RESTART_PAUSE_SECONDS

LINE_BYTES = 16_384
"""Most bytes of one line of output that are shown."""
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class ProcessPlan:
    """How to start a process. Its output goes to the file ``log``; without one, ``ChildProcess.lines`` passes it on.

    ``end`` is the signal that stops the process; ``orphan`` (by default ``end``) is the signal that Linux sends it when
    its parent dies.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    environ: Mapping[str, str] | None = None
    owner: pwd.struct_passwd | None = None
    log: Path | None = None
    end: signal.Signals = signal.SIGTERM
    orphan: signal.Signals | None = None


@dataclass
class ChildProcess:
    """A process that is kept running. ``tell`` gets lines about it and from it; ``deaths`` counts its deaths in a
    row."""

    plan: ProcessPlan
    tell: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _begun: float = 0.0
    _due: float = 0.0
    _rest: bytes = field(default=b"", repr=False)

    def start(self) -> None:
        """Start the process. Call it in the main thread only: Linux ends the child with the thread that started it.

        Raises ``OSError`` when the program cannot be started.
        """
        plan = self.plan
        output: IO[bytes] | int = plan.log.open("ab") if plan.log else subprocess.PIPE
        try:
            self.process = subprocess.Popen(
                plan.command, cwd=plan.folder, env=plan.environ or environment(plan.folder), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,  # Ctrl-C is ours to handle
                preexec_fn=_die_with_parent(plan.orphan or plan.end), **rights(plan.owner),
            )  # fmt: skip
        finally:
            if not isinstance(output, int):
                output.close()
        if self.process.stdout is not None:
            os.set_blocking(self.process.stdout.fileno(), False)
        self._begun, self._rest = time.monotonic(), b""

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tick(self) -> None:
        """If the process has died, tell so, and start it again after a pause that grows with every death in a row."""
        if self.running:
            return
        now = time.monotonic()
        if self.process is not None:
            code = self.process.returncode
            self.kill()  # its own children must not run beside those of the process that is started next
            self.process = None
            self.deaths = 1 if now - self._begun > CALM_SECONDS else self.deaths + 1
            pause = RESTART_PAUSE_SECONDS[min(self.deaths, len(RESTART_PAUSE_SECONDS)) - 1]
            self._due = now + pause
            self.tell(f"{_ended(code)}; it is started again in {pause:g} s")
        elif now >= self._due:
            self.start()

    def lines(self) -> None:
        """Tell the complete lines that the process wrote since the last call."""
        stream = self.process.stdout if self.process else None
        if stream is None or stream.closed:
            return
        while part := stream.read(65_536):
            *whole, self._rest = (self._rest + part).split(b"\n")
            if len(self._rest) > LINE_BYTES:
                whole, self._rest = [*whole, self._rest], b""
            for line in whole:
                self.tell(line[:LINE_BYTES].decode("utf-8", "backslashreplace"))

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.running:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Kill the process and its children; all are dead when this returns."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()
        self.process.wait()
        self.lines()
        self._close()

    def _close(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()


def _ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _die_with_parent(number: signal.Signals) -> Callable[[], None]:
    libc, parent = ctypes.CDLL(None), os.getpid()  # before the fork: nothing may be imported after it
    prctl = getattr(libc, "prctl", None)

    def arm() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return arm
