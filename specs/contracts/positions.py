"""How far a server is in the history of its changes, and how two such positions relate.

A primary and its replicas hold the same objects, some earlier than others. What a server that is behind does not have
may have been made since, and what it describes may have changed since: neither counts against what was read further on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Relation = Literal["same", "behind", "other", "unclear"]
"""``same``: as far as the known position, or further on. ``behind``: earlier in the same history. ``other``: another
history, which left the known one before that position. ``unclear``: a new history, and nobody can say where it left."""


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """``marks`` say how far each stream of changes was followed (a number for a WAL position, one per GTID domain or
    server); a stream that is not named has not begun.

    ``timeline`` rises when a replica is promoted; ``forks`` says, per earlier timeline, up to which mark this one has
    it in common. ``standby``: the server follows another one, ``lag`` seconds behind it as far as it can tell.
    ``unique``: names of streams are unique in the world, so that common ones prove a common history.
    """

    marks: Mapping[str, int]
    timeline: int = 0
    forks: Mapping[int, int] = field(default_factory=dict)
    standby: bool = False
    lag: float | None = None
    unique: bool = False

    def relate(self, known: SourcePosition) -> Relation:
        """Where this is as seen from ``known``, the furthest position so far.

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
        if not lacks:
            return "same"
        more = any(mark > known.marks.get(stream, 0) for stream, mark in self.marks.items())
        return "other" if more else "behind"

    def kin(self, known: SourcePosition) -> bool:
        """Whether both follow a stream that there is only one of."""
        return self.unique and known.unique and not self.marks.keys().isdisjoint(known.marks)

    def __str__(self) -> str:
        marks = ", ".join(f"{stream} {mark}" if stream else str(mark) for stream, mark in sorted(self.marks.items()))
        return f"{marks} on timeline {self.timeline}" if self.timeline else marks

    def dump(self) -> str:
        """JSON of what matters to ``relate``."""
        forks = {str(timeline): mark for timeline, mark in self.forks.items()}
        given = {"marks": dict(self.marks), "timeline": self.timeline, "forks": forks, "unique": self.unique}
        return json.dumps({key: value for key, value in given.items() if value}, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> SourcePosition:
        found = json.loads(text)
        forks = {int(timeline): mark for timeline, mark in found.get("forks", {}).items()}
        return cls(found.get("marks", {}), found.get("timeline", 0), forks, unique=found.get("unique", False))
