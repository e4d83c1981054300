"""Reads neighbouring small schemas together, so that ten schemas of a hundred objects cost what one of a thousand does.

A packed unit walks its schemas one after the other and asks for the tables of each. The prefetch knows which schemas
follow, reads them together, and returns the objects of each when they are asked for. It only saves statements: a walk
that starts elsewhere, or asks in another order, gets the same objects from a new reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from specs.topology.node import Item, Produced

TOGETHER = 4000
"""Most estimated objects whose names are listed together, unless a single schema has more."""

Open = Callable[[Sequence[str]], Iterator[tuple[str, Produced]]]
"""Opens a reading of schemas, in order; yields ``(schema, Item or Outcome)``."""


class SchemaPrefetch:
    """The schemas of a unit, announced by the producer of schemas, and one open reading per node."""

    def __init__(self) -> None:
        self._following: dict[str, int] = {}
        self._schemas: list[tuple[str, int]] = []
        self._open: dict[str, _Reading] = {}

    def announce(self, items: Sequence[Item]) -> None:
        """Set the schemas that are walked next, in order; a schema without an estimate is read alone, and one that is
        listed twice is walked once."""
        self._open.clear()
        sizes = {item.name: TOGETHER if item.estimate is None else item.estimate for item in items}
        self._schemas = list(sizes.items())
        self._following = {name: at for at, (name, _) in enumerate(self._schemas)}

    def read(self, node: str, schema: str, open_: Open) -> Iterator[Produced]:
        """The objects of ``schema``, read together with those of the schemas after it."""
        reading = self._open.get(node)
        if reading is None or schema not in reading.coming:
            reading = _Reading(self._together(schema), open_)
            self._open[node] = reading
        try:
            yield from reading.take(schema)
        except Exception:
            self._open.pop(node, None)
            raise
        if not reading.coming:
            self._open.pop(node, None)

    def close(self) -> None:
        self._open.clear()
        self._schemas, self._following = [], {}

    def _together(self, schema: str) -> list[str]:
        start = self._following.get(schema)
        if start is None:
            return [schema]
        chosen: list[str] = []
        weight = 0
        for name, estimate in self._schemas[start:]:
            weight += estimate
            if chosen and weight > TOGETHER:
                break
            chosen.append(name)
        return chosen


class _Reading:
    """One open reading, and the schemas whose objects it has not returned yet."""

    def __init__(self, schemas: Sequence[str], open_: Open) -> None:
        self.coming = dict.fromkeys(schemas)
        self._steps = open_(schemas)
        self._held: tuple[str, Produced] | None = None

    def take(self, schema: str) -> Iterator[Produced]:
        passed = set()
        for name in list(self.coming):
            del self.coming[name]
            if name == schema:
                break
            passed.add(name)
        while True:
            step, self._held = self._held or next(self._steps, None), None
            if step is None:
                return
            if step[0] == schema:
                yield step[1]
            elif step[0] not in passed and step[0] in self.coming:
                self._held = step
                return
