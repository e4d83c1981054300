"""A cluster that is measured: ``headrace up`` as people start it, and what each of its processes takes."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.commands import HEADRACE
from tests.benchmarks.meter import LIMIT, Cost, measure, times
from workers.presence import live
from workers.store.database import open_database

ROLES = ("scheduler", "worker", "flusher", "publisher")
START = 120.0
_EXPORT = re.compile(r"export (\w+)=(\S+)")


class Up:
    """``headrace up`` in ``folder``, ready to work; ``stop`` ends it. Roles are worker, flusher, scheduler, publisher,
    redis, catalog (its PostgreSQL) and up."""

    def __init__(self, folder: Path, workers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self.process = subprocess.Popen(
            [str(HEADRACE), "up", "--workers", str(workers), "--folder", str(folder / "up")],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.lines: list[str] = []
        self.environ: dict[str, str] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._until(lambda: any("headrace top" in line for line in list(self.lines)))
        db = open_database(self.value("catalog"))
        try:  # all processes are through with starting
            self._until(lambda: {each.kind for each in live(db)} >= {*ROLES})
        finally:
            db.close()

    def _until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + START
        while not true():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError("the cluster did not come up:\n" + "\n".join(self.lines[-40:]))
            time.sleep(0.05)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            del self.lines[:-400]
            found = _EXPORT.search(line)
            if found:
                self.environ[found[1]] = found[2]

    def value(self, name: str) -> str:
        """The URL of ``redis`` or ``catalog``."""
        return Path(self.environ[f"HEADRACE_{name.upper()}_FILE"]).read_text().strip()

    def crawl(self, recipe: Path, name: str, server: int | None = None, *, limit: int = LIMIT) -> Cost:
        """Hand a recipe in under a name of its own and wait; ``cpu`` counts all processes but the catalog's server,
        ``said["cpu"]`` each."""
        before = self.cpu()
        command = [HEADRACE, "enqueue", recipe, "--wait", "--quiet", "--json", "--name", name]
        cost = measure(command, server=server, environment=self.environ, limit=limit)
        if cost.said.get("status") != "complete":
            raise AssertionError(f"the crawl is not complete: {cost.said}\n" + "\n".join(self.lines[-20:]))
        spent = self.cpu() - before
        spent["enqueue"] = cost.cpu
        said = {**cost.said, "cpu": dict(spent)}
        peak = max(self.rss().values()) / 2**20
        ours = sum(seconds for role, seconds in spent.items() if role != "catalog")
        return replace(cost, cpu=ours, rss_mb=max(peak, cost.rss_mb), said=said)

    def cpu(self) -> Counter[str]:
        """CPU seconds by role so far, those of children that ended included."""
        found: Counter[str] = Counter()
        for pid, role in self._tree():
            found[role] += sum(times(pid))
        return found

    def rss(self) -> dict[str, int]:
        """Resident bytes by role: of the largest process, the catalog's server not counted."""
        found: dict[str, int] = {}
        for pid, role in self._tree():
            if role != "catalog":
                found[role] = max(found.get(role, 0), resident(pid))
        return found

    def _tree(self) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        rest = [(self.process.pid, "up")]
        while rest:
            pid, role = rest.pop()
            found.append((pid, role))
            rest += [(child, _role(child, role)) for child in children(pid)]
        return found

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()


def children(pid: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return []


def resident(pid: int) -> int:
    """Resident bytes, or 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def _role(pid: int, parent: str) -> str:
    if parent != "up":
        return parent
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return parent
    if "redis-server" in words[0] or "valkey-server" in words[0] or "redis" in Path(words[0]).name:
        return "redis"
    if Path(words[0]).name.startswith("postgres"):
        return "catalog"
    return next((role for role in ROLES if role in words), parent)
