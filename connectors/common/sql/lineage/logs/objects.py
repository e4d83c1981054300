"""What was written into which object: names are followed while the log renames, swaps and drops what they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from specs.contracts.parts.statements import TableName

MOST_WRITES = 100_000
"""Pairs of an object and a shape that are told apart."""


class WrittenBy(NamedTuple):
    """A shape that wrote an object, by the name that the shape has for it."""

    shape: int
    target: TableName


@dataclass(slots=True)
class WriteTally:
    """How often, and when first and last, in seconds since 1970."""

    count: int = 0
    first: float = float("inf")
    last: float = float("-inf")

    def add(self, time: float, last: float | None = None, count: int = 1) -> None:
        self.count += count
        self.first = min(self.first, time)
        self.last = max(self.last, time if last is None else last)


class WrittenObjects:
    """Writes by the present names of objects. What is dropped takes its writes along: an object that is made anew under
    the same name is another one."""

    def __init__(self, most: int = MOST_WRITES) -> None:
        self._most = most
        self._writes: dict[TableName, dict[WrittenBy, WriteTally]] = {}
        self._held = 0
        self.overflow = 0

    def __iter__(self) -> Iterator[tuple[TableName, dict[WrittenBy, WriteTally]]]:
        return iter(self._writes.items())

    def write(self, target: TableName, shape: int, time: float, times: int = 1) -> None:
        """Count a statement that wrote ``target``."""
        by, found = WrittenBy(shape, target), self._writes.setdefault(target, {})
        tally = found.get(by)
        if tally is None:
            if self._held >= self._most:
                self.overflow += times
                return
            self._held += 1
            tally = found[by] = WriteTally()
        tally.add(time, count=times)

    def rename(self, name: TableName, new: TableName) -> None:
        """An object is called ``new`` from now on."""
        moved = self._writes.pop(name, None) if name != new else None
        if moved is None:
            return
        there = self._writes.setdefault(new, {})
        for by, tally in moved.items():
            if by in there:
                there[by].add(tally.first, tally.last, tally.count)
                self._held -= 1
            else:
                there[by] = tally

    def swap(self, one: TableName, other: TableName) -> None:
        """Two objects change their names."""
        first, second = self._writes.pop(one, None), self._writes.pop(other, None)
        for name, found in ((other, first), (one, second)):
            if found is not None:
                self._writes[name] = found

    def drop(self, name: TableName) -> None:
        """An object is gone."""
        self._held -= len(self._writes.pop(name, ()))
