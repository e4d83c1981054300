"""The read mode of a source: how carefully it reads; and the methods of a source that the walk uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from specs.topology.scope import KeyRange, Scope

FULL = 1000
"""Keys in one slice, when there is no reason for care."""


@dataclass(slots=True)
class ReadMode:
    """How a unit's source reads; set by the runner, used by the source's slices and by the walk.

    ``slice`` is the number of keys in one slice. A unit whose process died reads a quarter of the slice, then one item
    at a time, and then calls ``touch(node, listing, key)`` before each key is read, which notes the key in the ledger.
    ``most`` is the slice to which a careful unit returns; it is less than ``FULL`` when the connection is cut before a
    full slice has passed, and then names are listed in pages too. ``poison`` are the keys that killed a process:
    ``(node, listing FQN, key)``; ``heavy`` are those over which memory ran out in this process.
    """

    slice: int = FULL
    touch: Callable[[str, Scope, str], None] | None = None
    poison: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    heavy: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    most: int = FULL
    ahead: bool = True
    """Whether the next slice may be read while the present one is processed. Not when another unit of the same process
    is read meanwhile: that saves as much time, with half the memory."""
    beside: int | None = None
    """Bytes of data that a process which the source starts, such as a parser, may hold; ``None`` where nothing bounds
    them."""

    @property
    def page(self) -> int | None:
        """Most names of one page of a listing, when a whole listing may be too much for the connection; else
        ``None``."""
        return 4 * self.slice if self.most < FULL else None

    @property
    def careful(self) -> bool:
        """Whether slices are smaller than ``FULL``, or keys are noted before they are read."""
        return self.slice < FULL or self.touch is not None

    def before(self, node: str, listing: Scope, key: str) -> str:
        """To be called before a key is read, and with an empty key before a listing; returns the reason why it must not
        be read, or an empty text. Raises what ``touch`` raises."""
        if self.poison and (node, listing.fqn, key) in self.poison:
            return "reading it killed the worker process twice; it is skipped (poison)"
        if self.heavy and (node, listing.fqn, key) in self.heavy:
            return "memory ran out twice over it alone; it is skipped (poison): allow the worker more memory"
        if self.touch is not None:
            self.touch(node, listing, key)
        return ""


class Readable(Protocol):
    """The members of a source that the walk itself uses; it calls all others through the topology's functions."""

    reading: ReadMode

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]: ...
