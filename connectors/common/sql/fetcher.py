"""Reads all facets of one slice, and narrows a failure down to the objects it is about.

A slice that fails on a lock, a timeout or a right is read again without the objects that the driver suspects, or else
in halves, until single objects are left: each failed object becomes one outcome, and all others are read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from connectors.common.sql.driver import Driver
from specs.errors import Retry, Skip

HOPELESS = 40
"""So many locks and timeouts in one slice, without a single object read, are a fault of the source, not of them."""
_WAITED = ("lock", "timeout")


class Listed(NamedTuple):
    """One listed name. ``id`` is what facets know the object by (an oid, or the pair of schema and name).

    ``rule`` is the filter rule that drops it, or ``None``. ``data`` is whatever else the listing said.
    ``stands``: see ``Outcome``.
    """

    schema: str
    key: str
    name: str
    id: Any
    rule: str | None = None
    weight: int = 1
    data: Any = None
    stands: bool = True


@dataclass(frozen=True, slots=True)
class Facet:
    """One query per slice. ``read`` gets the names of the slice and yields rows whose first column is ``Listed.id``;
    the rows of one object come in the order that matters (columns by ordinal). ``wants`` picks the names that can
    have such rows; a slice without any sends no statement. All facets of a slice are called before the rows of any are
    looked at, so that ``read`` may send with the others what it then waits for."""

    name: str
    read: Callable[[Sequence[Listed]], Iterable[tuple[Any, ...]]]
    wants: Callable[[Listed], bool] | None = None


Rows = dict[str, dict[Any, list[tuple[Any, ...]]]]
"""Rows by facet and object."""
Suspects = Callable[[Sequence[Listed], Skip], Collection[Any]]
"""Given a slice and why it failed, the ids of the objects that are to blame; empty when it cannot tell."""


class Fetcher:
    """Reads slices. The first facet is the evidence that an object is there."""

    def __init__(self, driver: Driver, facets: Sequence[Facet], suspects: Suspects | None = None) -> None:
        self.driver, self.facets, self.suspects = driver, facets, suspects
        self._misses, self._alive = 0, False

    def fetch(self, kept: list[Listed]) -> dict[Any, Rows | Skip]:
        """The rows of every object by its id, or why there are none; an object that is gone has neither.

        Raises what ``Driver.classify`` makes of an error, but for ``Skip``, and ``Retry`` when nothing can be read.
        """
        self._misses, self._alive = 0, False
        found: dict[Any, Rows | Skip] = {}
        self._read(kept, found)
        return found

    def _read(self, kept: list[Listed], found: dict[Any, Rows | Skip]) -> None:
        if not kept:
            return
        try:
            rows = self._facets(kept)
        except Exception as raw:
            error = self._skip(raw)
        else:
            self._alive = True
            there = rows[self.facets[0].name]
            for each in kept:
                if each.id in there:
                    found[each.id] = rows
            return
        if len(kept) == 1:
            if self._still_there(kept[0]):
                found[kept[0].id] = error
            return
        for part in self._parts(kept, error):
            self._read(part, found)

    def _parts(self, kept: list[Listed], error: Skip) -> list[list[Listed]]:
        """The slice in smaller pieces: the innocent together and each suspect alone, or two halves."""
        blamed = set(self.suspects(kept, error)) if self.suspects else set()
        guilty = [[each] for each in kept if each.id in blamed]
        if guilty and len(guilty) < len(kept):
            return [[each for each in kept if each.id not in blamed], *guilty]
        middle = len(kept) // 2
        return [kept[:middle], kept[middle:]]

    def _facets(self, kept: list[Listed]) -> Rows:
        asked = []
        for facet in self.facets:
            wanted = kept if facet.wants is None else [each for each in kept if facet.wants(each)]
            if wanted:
                asked.append((facet, wanted))
        # One statement is a snapshot of its own.
        with self.driver.transaction() if len(asked) > 1 else nullcontext():
            found = [(facet.name, facet.read(wanted)) for facet, wanted in asked]
            return {name: _grouped(rows) for name, rows in found}

    def _still_there(self, each: Listed) -> bool:
        """Whether an object that cannot be read exists, or was dropped in the meantime."""
        try:
            return bool(list(self.facets[0].read([each])))
        except Exception as raw:
            self._skip(raw)
            return True

    def _skip(self, raw: Exception) -> Skip:
        error = self.driver.classify(raw)
        if not isinstance(error, Skip):
            raise error from raw
        self._misses += error.reason in _WAITED
        if self._misses > HOPELESS and not self._alive:
            raise Retry(
                f"nothing can be read: {error.what}", error.where, error.remedy, reason=error.reason, delay=30.0
            )
        return error


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
    groups: dict[Any, list[tuple[Any, ...]]] = {}
    for key, run in groupby(rows, itemgetter(0)):
        if key in groups:
            groups[key].extend(run)
        else:
            groups[key] = list(run)
    return groups
