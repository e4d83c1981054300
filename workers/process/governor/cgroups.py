"""The control groups of this process, version 1 and 2, and what they say about memory.

All functions read below ``root``, the folder of the file system's root: tests hand over folder trees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")
NONE = 1 << 60
"""Bytes from which a limit counts as no limit: version 1 writes a huge number where version 2 writes ``max``."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Group:
    """The control group whose memory limit applies to this process: ``limit`` in bytes, read from ``folder / name``."""

    folder: Path
    limit: int
    name: str

    def used(self) -> int:
        """Bytes that the kernel cannot reclaim: anonymous and shared memory, and the kernel's own. The page cache does
        not count, although ``memory.current`` contains it: the kernel drops it when memory is needed. 0 where the group
        has no statistics."""
        stat = _stat(self.folder)
        if "anon" in stat:
            kernel = max(0, stat.get("kernel", 0) - stat.get("slab_reclaimable", 0))
            return stat["anon"] + stat.get("shmem", 0) + stat.get("sock", 0) + kernel
        kernel = number(self.folder / "memory.kmem.usage_in_bytes") or 0
        return stat.get("total_rss", 0) + stat.get("total_shmem", 0) + kernel

    def kills(self) -> int:
        """How many processes of this group the kernel killed for lack of memory; 0 where the group has no such
        count."""
        file = self.folder / "memory.events"
        return _words(file if file.exists() else self.folder / "memory.oom_control").get("oom_kill", 0)


def find(root: Path = ROOT) -> Group | None:
    """The group with the lowest memory limit, from this process's own group up to the topmost one that is mounted;
    ``None`` when no group has a limit."""
    found: list[Group] = []
    for folder in folders("memory", root):
        for name in ("memory.max", "memory.high", "memory.limit_in_bytes"):
            limit = number(folder / name)
            if limit is not None and limit < NONE:
                found.append(Group(folder, limit, name))
        above = _stat(folder).get("hierarchical_memory_limit", NONE)  # groups above what is mounted, version 1
        if above < NONE:
            found.append(Group(folder, above, "memory.stat"))
    return min(found, key=lambda group: group.limit, default=None)


def folders(controller: str, root: Path = ROOT) -> Iterator[Path]:
    """The folders of a controller's files: this process's own group first, then the groups above it that are
    mounted."""
    own = _own(controller, root)
    for kind, mounted, place in _mounts(controller, root):
        path = own.get(kind)
        if path is None:
            continue
        top = _below(root, place)
        folder = _below(top, _relative(path, mounted))
        while True:
            if folder.is_dir():
                yield folder
            if folder == top:
                break
            folder = folder.parent


def number(file: Path) -> int | None:
    """The number in a file; ``None`` where there is no such file, or it says ``max`` or -1."""
    try:
        text = file.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _own(controller: str, root: Path) -> dict[str, str]:
    """The paths of this process's groups by kind of hierarchy: ``v1`` and ``v2``."""
    found = {}
    for line in _lines(_below(root, "proc/self/cgroup")):
        number_, controllers, path = line.split(":", 2)
        if controllers == "" and number_ == "0":
            found["v2"] = path
        elif controller in controllers.split(","):
            found["v1"] = path
    return found


def _mounts(controller: str, root: Path) -> Iterator[tuple[str, str, str]]:
    """``(kind, path of the mounted group, mount point)`` of each hierarchy."""
    for line in _lines(_below(root, "proc/self/mountinfo")):
        before, _, after = line.partition(" - ")
        fields, (kind, _, options) = before.split(), (after.split() + ["", "", ""])[:3]
        if kind == "cgroup2":
            yield "v2", _unescape(fields[3]), _unescape(fields[4])
        elif kind == "cgroup" and controller in options.split(","):
            yield "v1", _unescape(fields[3]), _unescape(fields[4])


def _relative(path: str, mounted: str) -> str:
    """The path of this process's group below the mounted one; empty when a namespace hides how the two are related."""
    if ".." in path.split("/"):
        return ""
    mounted = mounted.rstrip("/")
    return path.removeprefix(mounted) if path == mounted or path.startswith(mounted + "/") else ""


def _below(root: Path, path: str) -> Path:
    return root / path.strip("/") if path.strip("/") else root


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), text)


def _stat(folder: Path) -> dict[str, int]:
    return _words(folder / "memory.stat")


def _words(file: Path) -> dict[str, int]:
    return {
        words[0]: int(words[1]) for line in _lines(file) if len(words := line.split()) == 2 and words[1].isdigit()
    }  # fmt: skip


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
