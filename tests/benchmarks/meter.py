"""Measures whole processes, the source's server beside them."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MEASURE = Path(__file__).with_name("measure.py")
LIMIT = 900
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: seconds, CPU seconds of the command and of the server, peak resident memory of any of its processes in
    MB, and the command's own account (the JSON object on its last line), if it gave one."""

    wall: float
    cpu: float
    server_cpu: float
    rss_mb: float
    said: dict[str, object]


class Broken(Exception):
    """A measured command failed; its output is the message."""


def measure(
    command: Sequence[str | Path], *, server: int | None = None, environment: Mapping[str, str] | None = None,
    limit: int = LIMIT,
) -> Cost:  # fmt: skip
    """Run ``command`` as a process of its own. ``server``: the pid of the server's main process, for its CPU time.

    Raises ``Broken`` when it ends with another code than 0.
    """
    before = server_cpu(server)
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(MEASURE), str(limit), *map(str, command)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    lines = done.stdout.strip().splitlines()
    cost = json.loads(lines[-1])
    if cost["code"]:
        raise Broken(f"{' '.join(map(str, command))}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return Cost(cost["wall"], cost["cpu"], server_cpu(server) - before, cost["rss_mb"], _last_object(lines[:-1]))


def _last_object(lines: list[str]) -> dict[str, object]:
    text = "\n".join(lines).strip()
    for start in (text.rfind("\n{"), -1):
        try:
            found = json.loads(text[start + 1 :])
        except ValueError:
            continue
        return found if isinstance(found, dict) else {}
    return {}


def server_cpu(pid: int | None) -> float:
    """CPU seconds of a server so far: its main process, the children that ended and those that run."""
    if pid is None:
        return 0.0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(times(pid)) + sum(sum(times(int(child))[:2]) for child in children)


def times(pid: int) -> list[float]:
    """CPU seconds of a process: user, system, and the same of its children that ended; zeros when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return [0.0, 0.0, 0.0, 0.0]
    return [int(field) / _TICK for field in stat.rpartition(")")[2].split()[11:15]]


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of each figure; the account is that of the median run by wall time."""
    middle = sorted(costs, key=lambda cost: cost.wall)[len(costs) // 2]
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.server_cpu for cost in costs),
        statistics.median(cost.rss_mb for cost in costs),
        middle.said,
    )
