"""The memory of a worker: what is there, what its processes may have of it, and how many of them fit."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from specs.errors import UsageError
from workers.process.governor.cgroups import ROOT, Group, find

MB = 1 << 20
VARIABLE = "HEADRACE_MEMORY"
LEAST = 112 * MB
"""Resident bytes that one process needs at least: 70 MB for itself, the rest for what it reads."""
MARGIN = 24 * MB
"""Bytes between giving back and being killed that are enough for a small process: one slice."""
UNKNOWN = 1 << 44
"""Bytes of a machine that does not tell."""
_SIZE = re.compile(r"(\d+)\s*([kmgt]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


@dataclass(frozen=True, slots=True)
class MemoryBudget:
    """What each process that reads may have, in resident bytes.

    Above ``soft`` it gives back what it can; above ``hard`` it is killed; ``data`` is what the kernel gives it at
    most. ``limit`` is for all of them and their parent; ``group`` is the control group that says so, if one does.
    """

    limit: int
    processes: int
    hard: int
    group: Group | None = None

    @property
    def soft(self) -> int:
        return max(self.hard * 7 // 10, min(self.hard, LEAST) - MARGIN)

    @property
    def data(self) -> int:
        return self.hard * 115 // 100


def derive(
    parent: int, processes: int | None, *, processors: int, memory: int | None = None, root: Path = ROOT
) -> MemoryBudget:
    """The budget of ``processes`` children (``None``: one per processor, as far as they fit) of a parent that has
    ``parent`` resident bytes; ``memory`` wins over what the machine says.

    Raises ``UsageError`` when there is too little memory for them.
    """
    group = find(root) if memory is None else None
    total = installed(root)
    if group is not None and total and total < group.limit:
        group = None
    limit = memory or (group.limit if group else total)
    free = limit * 85 // 100 - parent if limit else UNKNOWN
    if processes is None:
        processes = max(1, min(processors, free // LEAST))
    if free // processes < LEAST:
        what = f"{limit // MB} MB of memory are too little for {processes} worker process{'es' * (processes > 1)}"
        need = (parent + processes * LEAST) * 100 // 85 // MB + 1
        where = VARIABLE if memory else str(group.folder / group.name) if group else "this machine"
        fewer = ", or lower --concurrency" if processes > 1 else ""
        raise UsageError(what, where, f"allow at least {need} MB{fewer}", reason="memory")
    return MemoryBudget(limit, processes, free // processes, group)


def share(processes: int, *, parent: int = 0, memory: int | None = None, root: Path = ROOT) -> MemoryBudget:
    """The budget of ``processes`` of an embedded crawl, beside ``parent`` bytes; one that is too small is stretched
    rather than refused."""
    group = find(root) if memory is None else None
    total = installed(root)
    limit = memory or min([bytes_ for bytes_ in (group.limit if group else 0, total) if bytes_], default=0)
    if not limit:
        return MemoryBudget(0, processes, UNKNOWN)
    return MemoryBudget(limit, processes, max(LEAST, (limit * 85 // 100 - parent) // max(1, processes)), group)


def installed(root: Path = ROOT) -> int:
    """The machine's memory in bytes; 0 where it does not tell."""
    try:
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemTotal:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def size(text: str) -> int:
    """Bytes of ``512m``, ``2 GiB``, ``268435456``. Raises ``ValueError``."""
    found = _SIZE.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise ValueError(f"write a number of bytes, or one with k, m or g, such as 512m; not {text!r}")
    return int(found[1]) * _UNITS[found[2].lower()]


def given(environ: Mapping[str, str] = os.environ) -> int | None:
    """What ``HEADRACE_MEMORY`` says, in bytes. Raises ``UsageError``."""
    text = environ.get(VARIABLE)
    if not text:
        return None
    try:
        return size(text)
    except ValueError as error:
        raise UsageError(f"{VARIABLE} is wrong: {error}") from None
