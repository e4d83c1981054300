"""How a unit goes on when memory ran out: smaller slices, then one object at a time, at last past the object."""

from __future__ import annotations

from specs.topology.read_mode import ReadMode
from specs.topology.scope import Scope

SMALLER = 250
"""Keys read in one go once memory ran out; then one by one."""
TWICE = 2
"""Times that memory runs out over one object, all others put aside, before it is passed by."""
MOST = 20
"""Objects of one claim that are passed by."""


class Isolation:
    """Finds the object that takes all memory. One per claim; ``reading`` is how its source reads.

    Once objects are read one by one, the key in hand is remembered, or the listing between two of them. One that memory
    ran out over twice, in a process that is healthy without it, is refused from then on: it fails alone, its siblings
    are stored.
    """

    def __init__(self, reading: ReadMode) -> None:
        self._reading, self._touch = reading, reading.touch
        self._last: tuple[str, Scope, str] | None = None
        self._listing: tuple[str, Scope, str] | None = None
        self._strikes: dict[tuple[str, str, str], int] = {}
        self._refused = 0

    @property
    def single(self) -> bool:
        """Objects are read, and should be sent, one by one."""
        return self._reading.touch == self._note

    def ran_out(self, *, healthy: bool) -> bool:
        """Memory ran out: read on with more care. ``False``: nothing can be done here.

        ``healthy``: the process has little memory again, so that it was the object that took it.
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
        if place in self._reading.heavy:  # it was refused, and memory ran out again: something else takes it
            return False
        self._strikes[place] = self._strikes.get(place, 0) + 1
        if self._strikes[place] >= TWICE:
            self._reading.heavy |= {place}
            self._refused += 1
        self._last = None
        return self._refused <= MOST

    def passed(self) -> None:
        """The object in hand is done."""
        self._last = None

    def _note(self, node: str, listing: Scope, key: str) -> None:
        self._last = (node, listing, key)
        if not key:
            self._listing = self._last
        if self._touch is not None:
            self._touch(node, listing, key)
