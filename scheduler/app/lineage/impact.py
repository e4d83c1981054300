"""What a change of an object or a column reaches: everything downstream, each with a shortest path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from scheduler.app.lineage.beginnings import begin_anywhere
from scheduler.app.lineage.graph import name_of, named, state_of
from scheduler.app.lineage.walk import STEPS, LineageWalk, Walked, uncollected
from workers.catalog import Catalog
from workers.lineage.hops import FlowPlace, reading
from workers.store.database import open_database

PATH = 20
"""Most places of a path; of a longer one the last ones stand."""


class Affected(NamedTuple):
    """A place downstream. ``path`` leads to it from the beginning; ``None`` stands for places that are left out.
    ``certain``: the columns of all edges on the path are known; where they are not, the whole object stands for them.
    ``confidence`` is the lowest on the path."""

    place: FlowPlace
    state: str
    depth: int
    path: tuple[FlowPlace | None, ...]
    via: str | None
    confidence: float
    certain: bool

    def as_json(self) -> dict[str, Any]:
        path = [None if each is None else name_of(each) for each in self.path]
        found = {**named(self.place), "state": self.state, "depth": self.depth, "via": self.via}
        return {**found, "confidence": self.confidence, "certain": self.certain, "path": path}


@dataclass(frozen=True, slots=True)
class Impact:
    """``affected`` stand nearest first. ``complete`` is false when there was more than an answer holds."""

    fqn: str
    column: str | None
    affected: tuple[Affected, ...]
    complete: bool

    def as_json(self) -> dict[str, Any]:
        """The fields; what is affected stays a tuple of objects that have ``as_json``."""
        return {"fqn": self.fqn, "column": self.column, "complete": self.complete, "affected": self.affected}


def impact(catalog: str, name: str, *, depth: int | None = None, steps: int = STEPS) -> Impact:
    """Everything downstream of an object or of a column, ``FQN.column``; of a service, database or schema what is made
    of anything in it and lies outside. Raises ``UsageError`` with near names when
    nothing has this name."""
    with uncollected(), open_database(catalog, create=False) as db, reading(db) as edges:
        start = begin_anywhere(Catalog(db), edges, name)
        places, whole = start.places, True
        if start.contains:
            places = tuple(place for place, _ in islice(edges.objects_below(start.fqn), steps + 1))
            places, whole = places[:steps], len(places) <= steps
        walked = LineageWalk(edges, "downstream", depth=depth, keep=False, steps=steps).run(places)
        inside = f"{start.fqn}." if start.contains else None
        states = edges.states(walked.found)
        found = tuple(
            each for each in _affected(walked, states) if inside is None or not each.place.fqn.startswith(inside)
        )
    return Impact(start.fqn, start.column, found, whole and not walked.cut and not walked.further)


def _affected(walked: Walked, states: Mapping[tuple[str, str], str]) -> Iterator[Affected]:
    """Yields the places that were reached; a path is that of the place before, and one step more."""
    paths: dict[FlowPlace, tuple[FlowPlace | None, ...]] = {}
    for place, (depth, by, confidence, certain) in walked.found.items():
        if by is None:
            paths[place] = (place,)
            continue
        before = paths[by.start]
        path = (*before, place) if len(before) < PATH else (None, *before[2:], place)
        paths[place] = path
        via = by.via if by.via not in (by.start.fqn, by.end.fqn) else None
        yield Affected(place, state_of(place, states), depth, path, via, confidence, certain)
