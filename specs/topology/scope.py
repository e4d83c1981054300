"""Places in a crawl: scopes, key ranges and cursors. All are immutable and can be serialised."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from specs import names

Cursor = tuple[str | int | None, ...]
"""Position inside a unit: pairs of child node and key, outermost first, then perhaps one number.

``("table", "orders")``: everything up to and with table ``orders`` is stored. ``("table", None)``: before the first
table. ``("schema", "a", "table", "t")``: in a unit of several schemas, schema ``a`` up to table ``t``; schemas before
``a`` are finished. A trailing number counts the entities of the item's own stages that are stored already:
``("table", "t", 3)``. The empty cursor means: nothing yet.
"""


@lru_cache(maxsize=1024)
def _container(path: tuple[str, ...]) -> str:
    return names.build(*path) if path else ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The immutable path of one place in a service: the names from the service down.

    >>> Scope.of("shop_prod", "shop").child("sales").fqn
    'shop_prod.shop.sales'
    """

    path: tuple[str, ...]

    @classmethod
    def of(cls, *path: str) -> Scope:
        return cls(path)

    def child(self, name: str) -> Scope:
        return Scope((*self.path, name))

    @property
    def fqn(self) -> str:
        return names.child(self.parent_fqn, self.path[-1]) if len(self.path) > 1 else names.build(*self.path)

    @property
    def parent_fqn(self) -> str:
        """The FQN of the container; empty for a service."""
        return _container(self.path[:-1])

    @property
    def service(self) -> str:
        return self.path[0]

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys with ``after < key <= until``, compared by bytes; ``None`` is no bound. ``only`` narrows it to single
    keys.

    Python compares strings by code point, which for valid text is the order of their UTF-8 bytes.
    """

    after: str | None = None
    until: str | None = None
    only: tuple[str, ...] | None = None

    def __contains__(self, key: str) -> bool:
        if self.after is not None and key <= self.after:
            return False
        if self.until is not None and key > self.until:
            return False
        return self.only is None or key in self.only

    def resume(self, after: str | None) -> KeyRange:
        """The part of this range behind ``after``."""
        if after is None or (self.after is not None and after <= self.after):
            return self
        return KeyRange(after, self.until, self.only)

    @classmethod
    def single(cls, key: str) -> KeyRange:
        """The range of just ``key``. Its lower bound is a prefix of the key, so that the names before are not read."""
        return cls(key[:-1] or None, key, (key,))

    @property
    def whole(self) -> bool:
        return self.after is None and self.until is None and self.only is None


EVERYTHING = KeyRange()
