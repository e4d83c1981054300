"""Walks edges of lineage breadth first: each object once, so that cycles end, within bounds on depth and size."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from workers.lineage.hops import PAGE, Direction, Edges, FlowPlace, Hop

AnyHop = TypeVar("AnyHop", Hop, Hop | None)
STEPS = 200_000
"""Most edges that one walk looks at. A step takes about a kilobyte."""
LEVELS = 1000
"""Most levels of columns."""
DEEP = 25
"""From this level on, all edges between objects are read at once: a long chain would cost a statement for each link."""


class Reached(NamedTuple):
    """How a place was reached: after ``depth`` steps, the last of them ``by``; ``None`` where the walk began.
    ``confidence`` is the lowest on the way, and ``certain`` says that the columns of all its edges are known."""

    depth: int
    by: Hop | None
    confidence: float = 1.0
    certain: bool = True


@dataclass(slots=True)
class Walked:
    """The places that were reached, nearest first, and the edges between them, where they were kept. ``further`` is
    how many of the farthest objects lead on; ``cut``: there is more than one walk looks at."""

    found: dict[FlowPlace, Reached]
    hops: list[Hop] = field(default_factory=list)
    further: int = 0
    cut: bool = False


class LineageWalk:
    """One walk in one direction. ``depth`` is the most steps, ``None`` for any; ``keep``: the edges are wanted, too.

    ``run`` raises the errors of the database.
    """

    def __init__(
        self, edges: Edges, direction: Direction, *, depth: int | None = None, keep: bool = True, steps: int = STEPS
    ) -> None:
        self._edges = edges
        self._direction = direction
        self._depth = depth
        self._keep = keep
        self._left = steps
        self._read: dict[FlowPlace, list[Hop]] | None = None

    def run(self, starts: Sequence[FlowPlace]) -> Walked:
        walked = Walked({each: Reached(0, None) for each in starts})
        frontier, level = list(starts), 0
        while frontier and (self._read is not None or not walked.cut):
            if level == self._depth or (level == LEVELS and self._read is None):
                walked.further = self._edges.going_on(frontier, self._direction)
                break
            level += 1
            frontier = self._level(walked, frontier, level)
        return walked

    def _level(self, walked: Walked, frontier: list[FlowPlace], level: int) -> list[FlowPlace]:
        """Go one step from each place of ``frontier``; returns the places that were not known before."""
        if level == DEEP and self._depth is None and not any(each.column for each in frontier):
            self._read_all(walked, frontier)
        found: dict[FlowPlace, Hop] = {}
        for hop in self._steps(walked, frontier, first=level == 1):
            if hop is None:
                continue
            if self._keep:
                walked.hops.append(hop)
            if hop.end not in walked.found:
                other = found.get(hop.end)
                if other is None or _order(hop) < _order(other):
                    found[hop.end] = hop
        reached = sorted(found)
        for place in reached:
            walked.found[place] = _reached(walked.found, found[place], level)
        return reached

    def _steps(self, walked: Walked, frontier: list[FlowPlace], *, first: bool) -> Iterator[Hop | None]:
        if self._read is not None:
            for place in frontier:
                yield from self._read.pop(place, ())
            return
        if first:
            for place in (each for each in frontier if not each.column):
                yield from self._counted(walked, self._edges.told(place, self._direction, self._left + 1))
        known = () if self._keep else walked.found
        for at in range(0, len(frontier), PAGE):
            if walked.cut:
                return
            some = frontier[at : at + PAGE]
            yield from self._counted(walked, self._edges.new_hops(some, self._direction, self._left + 1, known))

    def _read_all(self, walked: Walked, frontier: list[FlowPlace]) -> None:
        self._read = {}
        for hop in self._counted(walked, self._edges.reach(frontier, self._direction, self._left + 1)):
            self._read.setdefault(hop.start, []).append(hop)

    def _counted(self, walked: Walked, hops: Iterable[AnyHop]) -> Iterator[AnyHop]:
        for hop in hops:
            if self._left <= 0:
                walked.cut = True
                return
            self._left -= 1
            yield hop


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps Python from looking for garbage while a graph is built: it would look through the same hundred thousands of
    small objects again and again, and there is none."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _reached(found: dict[FlowPlace, Reached], hop: Hop, level: int) -> Reached:
    before = found[hop.start]
    certain = before.certain and (bool(hop.by_column) or not hop.start.column)
    return Reached(level, hop, min(before.confidence, hop.confidence), certain)


def _order(hop: Hop) -> tuple[FlowPlace, str, int]:
    """Of several steps to one place the first is shown, whatever order the database has."""
    return hop.start, hop.via or "", hop.n
