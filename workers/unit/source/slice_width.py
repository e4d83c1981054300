"""How many keys one worker reads in a slice, learned from connections that are cut in the middle of one."""

from __future__ import annotations

from specs.topology.read_mode import FULL, ReadMode

DIVISOR = 8
"""The divisor by which a slice shrinks; three steps lead from ``FULL`` to a single key."""


class SliceWidth:
    """One per worker. ``most`` is the largest slice to read, in keys; it shrinks when connections are cut and doubles
    with each unit without trouble."""

    def __init__(self) -> None:
        self.most = FULL

    def begin(self, reading: ReadMode) -> None:
        """Bound the slices of a new unit's read mode."""
        reading.most = self.most
        reading.slice = min(reading.slice, self.most)

    def smaller(self, reading: ReadMode) -> bool:
        """Shrink the slice of a read mode; returns ``False`` when it is a single key already."""
        if reading.slice == 1:
            return False
        self.most = reading.most = reading.slice = max(1, reading.slice // DIVISOR)
        return True

    def well(self) -> None:
        """Note that a unit ended without trouble."""
        self.most = min(FULL, 2 * self.most)
