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
"""Limits from here on are none: version 1 writes a huge number where version 2 writes ``max``."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Group:
    """The group whose memory limit binds us: ``limit`` in bytes, ``name`` is the file that says so."""

    folder: Path
    limit: int
    name: str

    def used(self) -> int:
        """Bytes that the kernel cannot take back: anonymous and shared memory and its own. Page cache is not counted,
        though ``memory.current`` does: it goes when it must. 0 where the group does not tell."""
        stat = _stat(self.folder)
        if "anon" in stat:
            kernel = max(0, stat.get("kernel", 0) - stat.get("slab_reclaimable", 0))
            return stat["anon"] + stat.get("shmem", 0) + stat.get("sock", 0) + kernel
        kernel = number(self.folder / "memory.kmem.usage_in_bytes") or 0
        return stat.get("total_rss", 0) + stat.get("total_shmem", 0) + kernel

    def kills(self) -> int:
        """How often the kernel killed a process of this group for its memory; 0 where it does not tell."""
        file = self.folder / "memory.events"
        return _words(file if file.exists() else self.folder / "memory.oom_control").get("oom_kill", 0)


def find(root: Path = ROOT) -> Group | None:
    """The group with the lowest limit on our memory, from our own up to the topmost one that we see."""
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
    """Where a controller keeps our files: our own group first, then those above it, as far as they are mounted."""
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
    """The paths of our groups by kind of hierarchy: ``v1`` and ``v2``."""
    found = {}
    for line in _lines(_below(root, "proc/self/cgroup")):
        number_, controllers, path = line.split(":", 2)
        if controllers == "" and number_ == "0":
            found["v2"] = path
        elif controller in controllers.split(","):
            found["v1"] = path
    return found


def _mounts(controller: str, root: Path) -> Iterator[tuple[str, str, str]]:
    """``(kind, path of the group that is mounted, where)`` of each hierarchy."""
    for line in _lines(_below(root, "proc/self/mountinfo")):
        before, _, after = line.partition(" - ")
        fields, (kind, _, options) = before.split(), (after.split() + ["", "", ""])[:3]
        if kind == "cgroup2":
            yield "v2", _unescape(fields[3]), _unescape(fields[4])
        elif kind == "cgroup" and controller in options.split(","):
            yield "v1", _unescape(fields[3]), _unescape(fields[4])


def _relative(path: str, mounted: str) -> str:
    """Where our group lies below the mounted one; at its top when a namespace hides how the two are related."""
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
