"""The memory budget of a worker: how many bytes the machine has, how many each process may use, and how many processes
fit."""

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
LEAST_BYTES = 112 * MB
"""Least resident bytes of one process: 70 MB for the program, the rest for the objects that it reads."""
BESIDE_BYTES = 96 * MB
"""Least bytes of a process that stands beside one, such as the parser of lineage and usage: 52 MB for the program, the
rest for the text that it reads."""
MARGIN_BYTES = 24 * MB
"""Bytes between ``soft`` and ``hard`` of a small process: enough for the one slice that it has in hand."""
UNKNOWN_BYTES = 1 << 44
"""Bytes that are assumed where the machine does not say how much memory it has: in effect no limit."""
_SIZE = re.compile(r"(\d+)\s*([kmgt]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


@dataclass(frozen=True, slots=True)
class MemoryBudget:
    """How many resident bytes each process that walks units may have.

    Above ``soft`` the process frees what it can; above ``hard`` its parent kills it; at ``data`` bytes of allocation
    the kernel refuses more, and at ``beside`` bytes in a process that this one starts. ``limit`` is the bytes of all
    ``processes`` and their parent together; ``group`` is the control group that sets this limit, ``None`` where the
    machine's memory does.
    """

    limit: int
    processes: int
    hard: int
    group: Group | None = None

    @property
    def soft(self) -> int:
        return max(self.hard * 7 // 10, min(self.hard, LEAST_BYTES) - MARGIN_BYTES)

    @property
    def data(self) -> int:
        return self.hard * 115 // 100

    @property
    def beside(self) -> int:
        return max(BESIDE_BYTES, self.hard - LEAST_BYTES)

    def advice(self, parent: int) -> str:
        """How many bytes are needed beside a parent of ``parent`` resident bytes where each process starts another one;
        empty when there are so many."""
        if self.hard >= LEAST_BYTES + BESIDE_BYTES:
            return ""
        need = (parent + self.processes * (LEAST_BYTES + BESIDE_BYTES)) * 100 // 85 // MB + 1
        fewer = ", or lower --concurrency" if self.processes > 1 else ""
        what = f"{self.limit // MB} MB of memory are little where lineage or usage is read"
        return f"{what}: large texts will fail; allow at least {need} MB{fewer}"


def derive(
    parent: int, processes: int | None, *, processors: int, memory: int | None = None, root: Path = ROOT
) -> MemoryBudget:
    """The budget of ``processes`` children (``None``: one per processor, as many as fit) beside a parent of ``parent``
    resident bytes; ``memory``, in bytes, takes the place of the machine's own limit.

    Raises ``UsageError`` when one child would get less than ``LEAST_BYTES``.
    """
    group = find(root) if memory is None else None
    total = installed(root)
    if group is not None and total and total < group.limit:
        group = None
    limit = memory or (group.limit if group else total)
    free = limit * 85 // 100 - parent if limit else UNKNOWN_BYTES
    if processes is None:
        processes = max(1, min(processors, free // LEAST_BYTES))
    if free // processes < LEAST_BYTES:
        what = f"{limit // MB} MB of memory are too little for {processes} worker process{'es' * (processes > 1)}"
        need = (parent + processes * LEAST_BYTES) * 100 // 85 // MB + 1
        where = VARIABLE if memory else str(group.folder / group.name) if group else "this machine"
        fewer = ", or lower --concurrency" if processes > 1 else ""
        raise UsageError(what, where, f"allow at least {need} MB{fewer}", reason="memory")
    return MemoryBudget(limit, processes, free // processes, group)


def share(processes: int, *, parent: int = 0, memory: int | None = None, root: Path = ROOT) -> MemoryBudget:
    """The budget of ``processes`` of an embedded crawl, beside ``parent`` resident bytes of the crawl itself.

    Each process gets at least ``LEAST_BYTES``, even where the limit is smaller: a command on a laptop should try
    rather than refuse to start.
    """
    group = find(root) if memory is None else None
    total = installed(root)
    limit = memory or min([bytes_ for bytes_ in (group.limit if group else 0, total) if bytes_], default=0)
    if not limit:
        return MemoryBudget(0, processes, UNKNOWN_BYTES)
    return MemoryBudget(limit, processes, max(LEAST_BYTES, (limit * 85 // 100 - parent) // max(1, processes)), group)


def installed(root: Path = ROOT) -> int:
    """The machine's memory in bytes, from ``/proc/meminfo``; 0 where there is no such file."""
    try:
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemTotal:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def size(text: str) -> int:
    """The bytes that a text such as ``512m``, ``2 GiB`` or ``268435456`` means. Raises ``ValueError`` for other
    texts."""
    found = _SIZE.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise ValueError(f"write a number of bytes, or one with k, m or g, such as 512m; not {text!r}")
    return int(found[1]) * _UNITS[found[2].lower()]


def given(environ: Mapping[str, str] = os.environ) -> int | None:
    """The value of ``HEADRACE_MEMORY`` in bytes; ``None`` when it is not set. Raises ``UsageError`` when it is no
    size."""
    text = environ.get(VARIABLE)
    if not text:
        return None
    try:
        return size(text)
    except ValueError as error:
        raise UsageError(f"{VARIABLE} is wrong: {error}") from None
