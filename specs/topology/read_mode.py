"""How carefully to read, and what the walk asks of a source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from specs.topology.scope import KeyRange, Scope

FULL = 1000
"""Keys read in one go, where nothing asks for care."""


@dataclass(slots=True)
class ReadMode:
    """How a unit's source reads: set by the runner, read by the source's slices and by the walk.

    ``slice`` is the number of keys read in one go. A unit that crashed runs carefully: a quarter of the slice, then
    one item, then ``touch(node, listing, key)`` is called before each key is touched, which writes the key down in
    the ledger. ``most`` is what a careful unit returns to once all is well: less than ``FULL`` where the line to the
    source is cut before a full slice has passed; listings then come in pages, too. ``poison`` holds keys that killed a
    process: ``(node, listing FQN, key)``; ``heavy`` those that memory ran out over in this one.
    """

    slice: int = FULL
    touch: Callable[[str, Scope, str], None] | None = None
    poison: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    heavy: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    most: int = FULL
    ahead: bool = True
    """Whether the next slice may be read while one is handed out: not where another unit of the same process is read
    meanwhile, which does as much for the time and holds only half as much in memory."""

    @property
    def page(self) -> int | None:
        """Names to list in one go, where a whole listing may be too much for the line; else ``None``."""
        return 4 * self.slice if self.most < FULL else None

    @property
    def careful(self) -> bool:
        """Whether less is read at once than could be."""
        return self.slice < FULL or self.touch is not None

    def before(self, node: str, listing: Scope, key: str) -> str:
        """Call before a key is touched, and with an empty one before a listing is. Returns why it must not be, or an
        empty string."""
        if self.poison and (node, listing.fqn, key) in self.poison:
            return "reading it killed the worker process twice; it is skipped (poison)"
        if self.heavy and (node, listing.fqn, key) in self.heavy:
            return "memory ran out twice over it alone; it is skipped (poison): allow the worker more memory"
        if self.touch is not None:
            self.touch(node, listing, key)
        return ""


class Readable(Protocol):
    """The part of a source that the walk itself uses; everything else it reaches through the topology's callables."""

    reading: ReadMode

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]: ...
