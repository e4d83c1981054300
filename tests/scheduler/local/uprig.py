"""``headrace up`` as a process of its own, in a folder that the servers' account may enter."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]


def headrace(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, env=_environ(environ), capture_output=True, text=True, timeout=PATIENCE
    )  # fmt: skip


COMMAND = [sys.executable, "-c", "from scheduler.cli.cli import main; main()"]


def _environ(more: dict[str, str]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEADRACE_")}
    return {**clean, "PYTHONPATH": str(ROOT), **more}


class UpProcess:
    def __init__(self, folder: Path, *arguments: str, **environ: str) -> None:
        self.folder = folder
        self.place = folder / "headrace" / "cluster"  # the default one where XDG_DATA_HOME is ``folder``
        self.out, self.err = folder / "out.log", folder / "err.log"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [*COMMAND, "up", "--folder", str(self.place), *arguments], cwd=folder, env=_environ(environ),
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True,
            )  # fmt: skip

    @property
    def environ(self) -> dict[str, str]:
        """What it tells other terminals to export."""
        return dict(re.findall(r"export (\w+)=(.+)", self.out.read_text()))

    def ready(self) -> UpProcess:
        """Wait until all of it serves."""
        self.until(lambda: "Stop: Ctrl-C" in self.out.read_text())
        self.until(lambda: re.search(r"worker.*ready\.", self.log))
        return self

    @property
    def log(self) -> str:
        return self.err.read_text(errors="replace")

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"waited in vain ({self.process.returncode}):\n{self.log[-3000:]}")
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def worker(self) -> int:
        """The process id of its worker, or of one that the worker started; one that died is started again."""
        found: list[int] = []

        def look() -> bool:
            found[:] = [pid for pid, what in self.family().items() if " worker " in what]
            return bool(found)

        self.until(look)
        return found[0]

    def family(self) -> dict[int, str]:
        """Every process below it, and what it runs."""
        return descendants(self.process.pid)


def descendants(pid: int) -> dict[int, str]:
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found: dict[int, str] = {}
    todo = list(parents.get(pid, []))
    while todo:
        each = todo.pop()
        todo += parents.get(each, [])
        found[each] = command_of(each)
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: dict[int, str]) -> dict[int, str]:
    """Wait until all of them are gone; returns those that are not."""
    end = time.monotonic() + PATIENCE
    left = dict(pids)
    while left and time.monotonic() < end:
        left = {pid: what for pid, what in left.items() if alive(pid)}
        time.sleep(0.05)
    return left


@contextmanager
def short_folder() -> Iterator[Path]:
    """A new folder that every account may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="hr-up-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started(folder: Path, *arguments: str, **environ: str) -> Iterator[UpProcess]:
    made = UpProcess(folder, *arguments, **environ)
    family: dict[int, str] = {}
    try:
        yield made.ready()
    finally:
        family = made.family()
        if made.process.poll() is None:
            made.process.kill()
        made.process.wait()
        for pid in gone(family):
            os.kill(pid, signal.SIGKILL)
