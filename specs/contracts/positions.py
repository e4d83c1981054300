"""The position of a server in the history of its changes, and how two positions relate.

A primary and its replicas hold the same objects, but a replica may be behind. An object that a server behind does not
have may have been created since, and its descriptions may be outdated: neither replaces what was read at a later
position.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Relation = Literal["same", "behind", "other", "unclear"]
"""``same``: at the known position or behind it in the same history. ``behind``: earlier in the same history. ``other``:
another history, which branched off before the known position. ``unclear``: a new history, of which it cannot be found
out where it branched off."""


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """``marks`` are the positions in each stream of changes, by stream (one number for a WAL position, one per GTID
    domain or server); a stream that is missing has not begun.

    ``timeline`` increases when a replica is promoted; ``forks`` is, by earlier timeline, the mark up to which this one
    shares it. ``standby``: the server follows another one, ``lag`` seconds behind it by its own account. ``unique``:
    names of streams are globally unique, so that a common stream proves a common history. ``writers`` are, by stream
    and server, the last mark that the server wrote, where several servers number their changes in one stream; a server
    that is missing may have written, too.
    """

    marks: Mapping[str, int]
    timeline: int = 0
    forks: Mapping[int, int] = field(default_factory=dict)
    standby: bool = False
    lag: float | None = None
    unique: bool = False
    writers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def relate(self, known: SourcePosition) -> Relation:
        """The relation of this position to ``known``, the furthest one so far.

        >>> SourcePosition({"wal": 90}).relate(SourcePosition({"wal": 100}))
        'behind'
        """
        lacks = any(self.marks.get(stream, 0) < mark for stream, mark in known.marks.items())
        furthest = max(known.marks.values(), default=0)
        if self.timeline > known.timeline:
            fork = self.forks.get(known.timeline)
            if fork is None:
                return "unclear" if not lacks else "behind" if self.standby else "other"
            if fork < furthest:
                return "other"
        elif self.timeline < known.timeline:
            fork = known.forks.get(self.timeline)
            return "other" if fork is not None and max(self.marks.values(), default=0) > fork else "behind"
        shared = [
            (mark, known.writers[stream][server])
            for stream, servers in self.writers.items()
            for server, mark in servers.items()
            if server in known.writers.get(stream, {})
        ]
        if not lacks and all(ours >= theirs for ours, theirs in shared):
            return "unclear" if self._passed_by(known) else "same"
        more = any(mark > known.marks.get(stream, 0) for stream, mark in self.marks.items())
        return "other" if more or any(ours > theirs for ours, theirs in shared) else "behind"

    def _passed_by(self, known: SourcePosition) -> bool:
        """Whether this server is further in a stream, and knows nothing of the server that wrote last at ``known``."""
        for stream, servers in known.writers.items():
            last = known.marks.get(stream, 0)
            ours = self.writers.get(stream)
            ahead = self.marks.get(stream, 0) > last
            if ours and ahead and any(mark == last and server not in ours for server, mark in servers.items()):
                return True
        return False

    def kin(self, known: SourcePosition) -> bool:
        """Whether both have a globally unique stream in common."""
        return self.unique and known.unique and not self.marks.keys().isdisjoint(known.marks)

    def __str__(self) -> str:
        marks = ", ".join(f"{stream} {mark}" if stream else str(mark) for stream, mark in sorted(self.marks.items()))
        return f"{marks} on timeline {self.timeline}" if self.timeline else marks

    def dump(self) -> str:
        """The fields that ``relate`` needs, as JSON."""
        forks = {str(timeline): mark for timeline, mark in self.forks.items()}
        given = {
            "marks": dict(self.marks), "timeline": self.timeline, "forks": forks, "unique": self.unique,
            "writers": {stream: dict(servers) for stream, servers in self.writers.items()},
        }  # fmt: skip
        return json.dumps({key: value for key, value in given.items() if value}, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> SourcePosition:
        found = json.loads(text)
        forks = {int(timeline): mark for timeline, mark in found.get("forks", {}).items()}
        marks, timeline, writers = found.get("marks", {}), found.get("timeline", 0), found.get("writers", {})
        return cls(marks, timeline, forks, unique=found.get("unique", False), writers=writers)
