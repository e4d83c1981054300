"""How a unit goes on after memory ran out: with smaller slices, then one object at a time, and at last without the
object that takes the memory."""

from __future__ import annotations

from specs.topology.read_mode import ReadMode
from specs.topology.scope import Scope

SMALLER = 250
"""Keys in one slice after memory ran out once; after the second time, one key."""
TWICE = 2
"""How often memory has to run out over one object, read by itself, before the object is skipped."""
MOST_SKIPPED = 20
"""Most objects of one claim that are skipped."""


class Isolation:
    """Finds the object over which memory runs out. One per claim; ``reading`` is the read mode of its source, which is
    changed here.

    While objects are read one by one, the key of the present object is remembered, or between two objects the listing.
    An object over which memory ran out ``TWICE``, in a process that has enough memory otherwise, is skipped from then
    on: it becomes a failed outcome, and its siblings are stored.
    """

    def __init__(self, reading: ReadMode) -> None:
        self._reading, self._touch = reading, reading.touch
        self._last: tuple[str, Scope, str] | None = None
        self._listing: tuple[str, Scope, str] | None = None
        self._strikes: dict[tuple[str, str, str], int] = {}
        self._refused = 0

    @property
    def single(self) -> bool:
        """Whether objects are read one by one, and should be emitted one by one."""
        return self._reading.touch == self._note

    def ran_out(self, *, healthy: bool) -> bool:
        """Change the read mode after memory ran out; returns whether reading can go on.

        ``healthy``: the process uses little memory again, so the object took it and not something else.
        """
        if not self.single:
            if self._reading.slice > SMALLER:
                self._reading.slice = SMALLER
            else:
                self._reading.slice, self._reading.touch, self._last = 1, self._note, None
            return True
        if self._last is None:
            self._last = self._listing
        if self._last is None or not healthy:
            return False
        node, listing, key = self._last
        place = (node, listing.fqn, key)
        if place in self._reading.heavy:  # memory ran out again without this object: something else takes the memory
            return False
        self._strikes[place] = self._strikes.get(place, 0) + 1
        if self._strikes[place] >= TWICE:
            self._reading.heavy |= {place}
            self._refused += 1
        self._last = None
        return self._refused <= MOST_SKIPPED

    def passed(self) -> None:
        """Note that the present object was read and emitted."""
        self._last = None

    def _note(self, node: str, listing: Scope, key: str) -> None:
        self._last = (node, listing, key)
        if not key:
            self._listing = self._last
        if self._touch is not None:
            self._touch(node, listing, key)
