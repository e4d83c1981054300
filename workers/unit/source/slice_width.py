"""How much one lane reads in one go, learned from a line to the source that keeps being cut."""

from __future__ import annotations

from specs.topology.read_mode import FULL, ReadMode

STEP = 8
"""By how much a slice shrinks at once: three steps lead to a single object."""


class SliceWidth:
    """One per lane. ``most`` is the largest slice that a line let pass; it grows with each unit that goes well."""

    def __init__(self) -> None:
        self.most = FULL

    def begin(self, reading: ReadMode) -> None:
        """Another unit is read."""
        reading.most = self.most
        reading.slice = min(reading.slice, self.most)

    def smaller(self, reading: ReadMode) -> bool:
        """Read a smaller slice from now on; ``False``: it is one object already."""
        if reading.slice == 1:
            return False
        self.most = reading.most = reading.slice = max(1, reading.slice // STEP)
        return True

    def well(self) -> None:
        """A unit came to its end without any trouble."""
        self.most = min(FULL, 2 * self.most)
