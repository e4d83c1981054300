"""The marks of the objects that a run has seen, in 8 bytes each: a million objects take 8 MB."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left

_BUCKETS = 1024


class Marks:
    """A set of 8-byte marks. Add all of them before the first look-up, which sorts them."""

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(_BUCKETS)]
        self._sorted = True

    def add(self, blob: bytes) -> None:
        """Add marks written as 8-byte big-endian signed numbers."""
        chunk = array("q")
        chunk.frombytes(bytes(blob))
        if sys.byteorder == "little":
            chunk.byteswap()
        buckets = self._buckets
        for mark in chunk:
            buckets[mark & 1023].append(mark)
        self._sorted = False

    def __contains__(self, mark: int) -> bool:
        if not self._sorted:
            self._sort()
        bucket = self._buckets[mark & 1023]
        at = bisect_left(bucket, mark)
        return at < len(bucket) and bucket[at] == mark

    def __len__(self) -> int:
        """How many marks were added, repeated ones included."""
        return sum(map(len, self._buckets))

    def _sort(self) -> None:
        for at, bucket in enumerate(self._buckets):
            self._buckets[at] = array("q", sorted(bucket))
        self._sorted = True
