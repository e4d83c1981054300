"""Reads objects in slices: names are listed and filtered here, and read by the thousand with one statement per facet.

A slice has at most ``ReadMode.slice`` kept names and at most ``WEIGHT`` in weight. All its facets are read in one short
transaction and held in memory until the objects are yielded, so that a slow consumer keeps no transaction open. An
object without a row in the first facet was dropped since it was listed: its outcome is ``gone``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any, NamedTuple

from connectors.common.sql.driver import Driver
from connectors.common.sql.fetcher import Facet, Fetcher, Listed, Rows, Suspects
from specs import names
from specs.errors import Skip
from specs.sources.base import Along
from specs.topology.node import Item, Outcome, Produced
from specs.topology.read_mode import ReadMode
from specs.topology.scope import Scope

__all__ = ["WEIGHT", "Facet", "Listed", "Raw", "SliceReader", "weigh"]

WEIGHT = 7_000
"""Most weight in one slice. A column weighs 1 and takes about 0.5 KB, so a slice holds about 3.5 MB at most."""
HEAVY = 8_000
"""Weight of one object, about 4 MB, from which on no other slice is read while it is in memory."""


def weigh(length: int | None) -> int:
    """The weight of an object whose texts have ``length`` bytes together.

    >>> weigh(None), weigh(100), weigh(5_000_000)
    (1, 1, 9766)
    """
    return 1 + (length or 0) // 512


class Raw(NamedTuple):
    """One object as read: ``rows[facet]`` are its rows, empty when the facet has none for it."""

    listed: Listed
    rows: dict[str, list[tuple[Any, ...]]]


_Step = tuple[str, Produced]
_Found = dict[Any, Rows | Skip]


class SliceReader:
    """Reads the objects of one node below the schemas of ``base`` (the database's scope).

    ``type_`` is the entity type that outcomes are counted under. The first facet is the evidence that an object is
    there. With ``ahead`` the next slice is read in that executor while the caller works on this one, one ahead at most,
    where ``reading`` has it so; never while keys are being written down before they are touched. ``suspects`` narrows
    failures down faster.
    """

    def __init__(
        self,
        driver: Driver,
        reading: ReadMode,
        base: Scope,
        node: str,
        type_: str,
        facets: Sequence[Facet],
        ahead: Executor | None = None,
        suspects: Suspects | None = None,
    ) -> None:
        self.fetcher = Fetcher(driver, facets, suspects)
        self.reading = reading
        self.base, self.node, self.type = base, node, type_
        self.ahead = ahead
        self._scopes: tuple[str, Scope, str] = ("", base, "")

    def read(self, listed: Iterable[Listed]) -> Iterator[_Step]:
        """Yield ``(schema, Item or Outcome)`` for every listed name, in the order given; ``Item.data`` is a ``Raw``.

        Raises what ``Driver.classify`` makes of an error, but for ``Skip``, which becomes outcomes.
        """
        slices = self._slices(listed)
        if self.ahead is None or not self.reading.ahead or self.reading.touch is not None:
            for steps in slices:
                yield from self._hand_out(steps, self.fetcher.fetch(_kept(steps)))
            return
        pending: Future[_Found] | None = None
        try:
            current = next(slices, None)
            while current is not None:
                rows = pending.result() if pending else self.fetcher.fetch(_kept(current))
                following = next(slices, None)
                alone = following is None or _heavy(current) or _heavy(following)
                pending = None if alone else self.ahead.submit(self.fetcher.fetch, _kept(following or []))
                yield from self._hand_out(current, rows)
                current = following
        finally:
            if pending is not None:
                pending.cancel()

    def preview(self, listed: Iterable[Listed]) -> Iterator[_Step]:
        """Yields the same keys as ``read``, without reading the objects; only their triggers are counted."""
        for steps in self._slices(listed):
            triggers = self._triggers(_kept(steps))
            for step in steps:
                if isinstance(step, Listed):
                    n = triggers.get(step.id, 0)
                    yield step.schema, Item(step.key, step.name, Along({"Trigger": n}) if n else None)
                else:
                    yield step

    def _triggers(self, kept: list[Listed]) -> dict[Any, int]:
        """By the id of their table, where this kind of object has any; what cannot be read is not counted."""
        facet = next((each for each in self.fetcher.facets if each.name == "triggers"), None)
        wanted = [each for each in kept if facet is not None and (facet.wants is None or facet.wants(each))]
        if facet is None or not wanted:
            return {}
        found = Fetcher(self.fetcher.driver, [Facet("triggers", facet.read)], self.fetcher.suspects).fetch(wanted)
        return {id_: len(rows["triggers"][id_]) for id_, rows in found.items() if not isinstance(rows, Skip)}

    def _slices(self, listed: Iterable[Listed]) -> Iterator[list[Listed | _Step]]:
        """Cut the listing into slices; filtered and poison objects are outcomes already and do not count for a
        slice."""
        steps: list[Listed | _Step] = []
        count = weight = 0
        careful = bool(self.reading.poison or self.reading.heavy) or self.reading.touch is not None
        for each in listed:
            if each.rule is not None:
                steps.append((each.schema, self._outcome(each, "filtered", each.rule)))
                if len(steps) >= 4 * max(self.reading.slice, 250):
                    yield steps
                    steps, count, weight = [], 0, 0
                continue
            if count and (count >= self.reading.slice or weight + each.weight > WEIGHT):
                yield steps
                steps, count, weight = [], 0, 0
            if careful:
                poison = self.reading.before(self.node, self._scope(each.schema)[0], each.key)
                if poison:
                    steps.append((each.schema, self._outcome(each, "failed", "poison", poison)))
                    continue
            steps.append(each)
            count, weight = count + 1, weight + each.weight
        if steps:
            yield steps

    def _hand_out(self, steps: list[Listed | _Step], found: _Found) -> Iterator[_Step]:
        """Yield the objects in the order of the listing with their rows, which are freed once they are yielded."""
        for step in steps:
            if isinstance(step, Listed):
                yield step.schema, self._produced(step, found.pop(step.id, None))
            else:
                yield step

    def _produced(self, each: Listed, found: Rows | Skip | None) -> Produced:
        if found is None:
            return self._outcome(each, "gone", "gone")
        if isinstance(found, Skip):
            return self._outcome(each, "failed", found.reason, found.what)
        rows = {facet: groups.pop(each.id) for facet, groups in found.items() if each.id in groups}
        return Item(each.key, each.name, Raw(each, rows))

    def _outcome(self, each: Listed, kind: Any, reason: str, message: str = "") -> Outcome:
        fqn = names.child(self._scope(each.schema)[1], each.name)
        return Outcome(kind, self.type, fqn, each.key, reason, message, each.stands)

    def _scope(self, schema: str) -> tuple[Scope, str]:
        """The scope of a listing and its FQN; the last one is remembered, since names come schema by schema."""
        last, scope, fqn = self._scopes
        if last != schema or not fqn:
            scope = self.base.child(schema)
            fqn = scope.fqn
            self._scopes = schema, scope, fqn
        return scope, fqn


def _kept(steps: list[Listed | _Step]) -> list[Listed]:
    return [step for step in steps if isinstance(step, Listed)]


def _heavy(steps: list[Listed | _Step]) -> bool:
    return any(isinstance(step, Listed) and step.weight > HEAVY for step in steps)
