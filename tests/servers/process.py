"""What every test server needs: an unprivileged account, a free port, a process that ends with the test process."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scheduler.local import machine
from specs.errors import Fatal
from tests.patience import PATIENCE

free_port = machine.port
START_TIMEOUT = 180.0
"""Seconds that a server may take to answer, and that a step of its setup may take."""
STOP_TIMEOUT = 20.0
"""Seconds that a server may take to end before it is killed."""
_PR_SET_PDEATHSIG = 1


class Unavailable(Exception):
    """This server cannot run on this machine; the message says why and what to install."""


def account(*preferred: str) -> pwd.struct_passwd | None:
    """The unprivileged account that servers run as when the tests are root's, because they refuse to run as root; else
    ``None``. Raises ``Unavailable`` when there is no such account."""
    try:
        return machine.account(*preferred)
    except Fatal as error:
        raise Unavailable(str(error)) from None


def private_folder(prefix: str, owner: pwd.struct_passwd | None) -> Path:
    """A new folder directly in ``/tmp``: the path of a unix socket in it must not exceed 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


def _die_with_parent(stop_signal: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None)  # looked up before the fork: nothing may be imported after it

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, stop_signal)

    return arm


def environment(folder: Path) -> dict[str, str]:
    """The environment of a server. Its temporary files are in ``folder``, because a MariaDB that starts removes those
    of other MariaDB servers in the same place."""
    path = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def run(command: Sequence[str], folder: Path, owner: pwd.struct_passwd | None) -> str:
    """Run one step of a server's setup in ``folder``; returns its output. Raises ``Unavailable`` with the end of the
    output when it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=START_TIMEOUT,
            **machine.rights(owner),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{command[0]} does not run: {error}") from None
    if done.returncode:
        raise Unavailable(f"{command[0]} ended with {done.returncode}: {done.stdout.strip()[-500:]}")
    return done.stdout


class Process:
    """A server process, started as ``owner``. ``stop`` sends it ``stop_signal`` and removes ``folder``; the kernel
    sends it that signal when the test process dies."""

    def __init__(
        self, command: Sequence[str], folder: Path, owner: pwd.struct_passwd | None, stop_signal: int = signal.SIGTERM
    ) -> None:
        self.folder = folder
        self.stop_signal = stop_signal
        self.log = folder / "server.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to handle, not the server's
                preexec_fn=_die_with_parent(stop_signal),
                **machine.rights(owner),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> None:
        """Wait until the process has ended. Raises ``TimeoutExpired`` after ``PATIENCE`` seconds."""
        self._process.wait(PATIENCE)

    def wait_until(self, answers: Callable[[], bool]) -> None:
        """Wait until the server answers. Raises ``Unavailable`` with the end of its log when it ends, or does not
        answer within ``START_TIMEOUT`` seconds."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if answers():
                return
            time.sleep(0.03)
        tail = self.log.read_text(errors="replace")[-800:]
        self.stop()
        raise Unavailable(f"the server did not start: {tail}")

    def stop(self) -> None:
        """Stop the server and remove its folder; may be called twice."""
        if self._process.poll() is None:
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
