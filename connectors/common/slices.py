"""Reads objects in slices: names are listed, filtered here, and read by the thousand, one statement per facet.

A slice is at most ``Reading.slice`` kept names and at most ``WEIGHT`` in weight. All its facets are read in one short
transaction and held until the objects are handed out, so that nothing that waits downstream keeps a transaction open.
A slice that fails on a lock, a timeout or a right is halved until single objects are left: each becomes one
``failed`` outcome. An object without a row in the first facet has vanished since it was listed: ``gone``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

from connectors.common.driver import Driver
from specs import names
from specs.errors import Skip
from specs.topology.node import Item, Outcome, Produced
from specs.topology.reading import Reading
from specs.topology.scope import Scope

WEIGHT = 40_000
"""Most weight in one slice. A column weighs 1 and takes about 0.5 KB, so a slice holds about 20 MB at most."""


class Listed(NamedTuple):
    """One listed name. ``id`` is what facets know the object by (an oid, or the pair of schema and name).

    ``rule`` is the filter rule that drops it, or ``None``. ``data`` is whatever else the listing said.
    """

    schema: str
    key: str
    name: str
    id: Any
    rule: str | None = None
    weight: int = 1
    data: Any = None


@dataclass(frozen=True, slots=True)
class Facet:
    """One query per slice. ``read`` gets the names of the slice and yields rows whose first column is ``Listed.id``;
    the rows of one object come in the order that matters (columns by ordinal). ``wants`` picks the names that can
    have such rows; a slice without any sends no statement."""

    name: str
    read: Callable[[Sequence[Listed]], Iterable[tuple[Any, ...]]]
    wants: Callable[[Listed], bool] | None = None


class Raw(NamedTuple):
    """One object as read: ``rows[facet]`` are its rows, none where the facet has nothing to say."""

    listed: Listed
    rows: dict[str, list[tuple[Any, ...]]]


_Rows = dict[str, dict[Any, list[tuple[Any, ...]]]]
_Step = tuple[str, Produced]


class SliceReader:
    """Reads the objects of one node below the schemas of ``base`` (the database's scope).

    ``type_`` is the entity type that outcomes are counted under. The first facet is the evidence that an object is
    there. With ``ahead`` the next slice is read in that executor while this one is handed out, one ahead at most;
    never while keys are being written down before they are touched.
    """

    def __init__(
        self,
        driver: Driver,
        reading: Reading,
        base: Scope,
        node: str,
        type_: str,
        facets: Sequence[Facet],
        ahead: Executor | None = None,
    ) -> None:
        self.driver, self.reading = driver, reading
        self.base, self.node, self.type = base, node, type_
        self.facets = facets
        self.ahead = ahead
        self._scopes: tuple[str, Scope, str] = ("", base, "")

    def read(self, listed: Iterable[Listed]) -> Iterator[_Step]:
        """Yield ``(schema, Item or Outcome)`` for every listed name, in the order given; ``Item.data`` is a ``Raw``.

        Raises what ``Driver.classify`` makes of an error, but for ``Skip``, which becomes outcomes.
        """
        slices = self._slices(listed)
        if self.ahead is None or self.reading.touch is not None:
            for steps in slices:
                yield from self._hand_out(steps, self._fetch(_kept(steps)))
            return
        pending: Future[list[tuple[list[Listed], _Rows | Outcome]]] | None = None
        try:
            current = next(slices, None)
            while current is not None:
                rows = pending.result() if pending else self._fetch(_kept(current))
                following = next(slices, None)
                pending = self.ahead.submit(self._fetch, _kept(following)) if following else None
                yield from self._hand_out(current, rows)
                current = following
        finally:
            if pending is not None:
                pending.cancel()

    def preview(self, listed: Iterable[Listed]) -> Iterator[_Step]:
        """The same keys as ``read``, without reading the objects."""
        for each in listed:
            if each.rule is None:
                yield each.schema, Item(each.key, each.name)
            else:
                yield each.schema, self._outcome(each, "filtered", each.rule)

    def _slices(self, listed: Iterable[Listed]) -> Iterator[list[Listed | _Step]]:
        """Cut the listing; what is filtered or poison is an outcome already and takes no place in a slice."""
        steps: list[Listed | _Step] = []
        count = weight = 0
        careful = bool(self.reading.poison) or self.reading.touch is not None
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

    def _fetch(self, kept: list[Listed]) -> list[tuple[list[Listed], _Rows | Outcome]]:
        """Read all facets of a slice, halving it where something in it cannot be read."""
        if not kept:
            return []
        try:
            return [(kept, self._facets(kept))]
        except Exception as raw:
            error = self.driver.classify(raw)
            if not isinstance(error, Skip):
                raise error from raw
        if len(kept) == 1:
            return [(kept, self._single(kept[0], error))]
        middle = len(kept) // 2
        return self._fetch(kept[:middle]) + self._fetch(kept[middle:])

    def _single(self, each: Listed, error: Skip) -> Outcome:
        """What became of one object that cannot be read: dropped in the meantime, or failed."""
        try:
            there = bool(list(self.facets[0].read([each])))
        except Exception as raw:
            again = self.driver.classify(raw)
            if not isinstance(again, Skip):
                raise again from raw
            there = True
        if there:
            return self._outcome(each, "failed", error.reason, error.what)
        return self._outcome(each, "gone", "gone")

    def _facets(self, kept: list[Listed]) -> _Rows:
        asked = []
        for facet in self.facets:
            wanted = kept if facet.wants is None else [each for each in kept if facet.wants(each)]
            if wanted:
                asked.append((facet, wanted))
        # One statement is a snapshot of its own.
        with self.driver.transaction() if len(asked) > 1 else nullcontext():
            return {facet.name: _grouped(facet.read(wanted)) for facet, wanted in asked}

    def _hand_out(
        self, steps: list[Listed | _Step], parts: list[tuple[list[Listed], _Rows | Outcome]]
    ) -> Iterator[_Step]:
        """Merge rows by object, in the order of the listing; what is handed out is let go."""
        rows = [(each, found) for kept, found in parts for each in kept]
        rows.reverse()
        parts.clear()
        for step in steps:
            if not isinstance(step, Listed):
                yield step
                continue
            each, found = rows.pop()
            yield each.schema, self._item(each, found)

    def _item(self, each: Listed, found: _Rows | Outcome) -> Produced:
        if isinstance(found, Outcome):
            return found
        if each.id not in found[self.facets[0].name]:
            return self._outcome(each, "gone", "gone")
        rows = {facet: groups.pop(each.id) for facet, groups in found.items() if each.id in groups}
        return Item(each.key, each.name, Raw(each, rows))

    def _outcome(self, each: Listed, kind: Any, reason: str, message: str = "") -> Outcome:
        fqn = names.child(self._scope(each.schema)[1], each.name)
        return Outcome(kind, self.type, fqn, each.key, reason, message)

    def _scope(self, schema: str) -> tuple[Scope, str]:
        """The scope of a listing and its FQN; the last one is remembered, since names come schema by schema."""
        last, scope, fqn = self._scopes
        if last != schema or not fqn:
            scope = self.base.child(schema)
            fqn = scope.fqn
            self._scopes = schema, scope, fqn
        return scope, fqn


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
    groups: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        held = groups.get(row[0])
        if held is None:
            groups[row[0]] = [row]
        else:
            held.append(row)
    return groups


def _kept(steps: list[Listed | _Step]) -> list[Listed]:
    return [step for step in steps if isinstance(step, Listed)]
