"""The objects of the fake service: names by index and back, ordered by bytes, in constant memory."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from specs import names
from specs.sources.database.metadata import OTHERS
from specs.testing.fake.config import FakeConnection
from specs.topology.scope import KeyRange, Scope

_DIGITS = re.compile(r"[0-9]+")
_SUFFIXES = ("", "", '."quoted"', " with space", "É", "😀", "UPPER", "")
_ARGUMENTS = ("integer", "text")
_FORMATS = {"database": "db_{:02d}", "schema": "schema_{:04d}", "table": "t{:07d}", "usage": "t{:07d}"}
_FORMATS["lineage"] = _FORMATS["table"]
_FORMATS |= {"stored_procedure": "p{:06d}", "sequence": "seq_{:06d}", "type": "type_{:06d}"}
_FIELDS = {"database": "databases", "schema": "schemas", "stored_procedure": "procedures"}
_FIELDS |= {"sequence": "sequences", "type": "types"}
_FORMATS |= dict.fromkeys(OTHERS, "collation c{:05d}")
_FIELDS |= dict.fromkeys(OTHERS, "objects")
_TABLES = ("table", "usage", "lineage")
"""Nodes whose objects have the names of tables."""
_ABOVE = {"database": 0, "schema": 1, "service_object": 0, "database_object": 1}


def share(seed: int, purpose: str, *where: object) -> float:
    """A number in [0, 1) that depends on its arguments only."""
    digest = blake2b(repr((seed, purpose, where)).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


@dataclass(frozen=True, slots=True)
class FakeNames:
    """The names of one listing, by index."""

    node: str
    count: int
    odd: bool = False

    def name(self, index: int) -> str:
        if self.node == "stored_procedure":
            return f"{_FORMATS[self.node].format(index // 2)}({_ARGUMENTS[index % 2]})"
        name = _FORMATS[self.node].format(index)
        return name + _SUFFIXES[index % 8] if self.odd else name

    def behind(self, key: str) -> int:
        """The first index whose name is greater than ``key``."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            if self.name(middle) > key:
                high = middle
            else:
                low = middle + 1
        return low

    def index(self, name: str) -> int | None:
        digits = _DIGITS.search(name)
        if digits is None:
            return None
        at = int(digits[0])
        if self.node == "stored_procedure":
            at = 2 * at + name.endswith("(text)")
        return at if at < self.count and self.name(at) == name else None

    def span(self, span: KeyRange) -> range:
        first = 0 if span.after is None else self.behind(span.after)
        last = self.count if span.until is None else self.behind(span.until)
        return range(first, last)


class Estate:
    """The objects of one fake service, by scope."""

    def __init__(self, config: FakeConnection) -> None:
        self.config = config
        self._absent = frozenset(config.dropped)
        self._silent = self._absent | frozenset(config.hidden) | frozenset(config.unlisted)
        self._repeated = frozenset(config.repeated)
        self._added: dict[str, list[str]] = {}
        for fqn in sorted(config.added):
            path = names.split(fqn)
            self._added.setdefault(names.build(*path[:-1]), []).append(path[-1])

    def names(self, node: str, scope: Scope) -> FakeNames:
        config = self.config
        if node in _TABLES:
            sizes = config.tables if isinstance(config.tables, tuple) else (config.tables,)
            schema = FakeNames("schema", config.schemas, config.odd_names).index(scope.name)
            count = 0 if schema is None or not sizes else sizes[schema % len(sizes)]
        else:
            count = getattr(config, _FIELDS[node])
        return FakeNames(node, count, config.odd_names and node in ("schema", *_TABLES))

    def listing(self, node: str, scope: Scope, span: KeyRange) -> Iterator[str]:
        """The names of ``node`` below ``scope`` in ``span``, ordered."""
        if node in ("usage", "lineage"):
            return (name for name in self.listing("table", scope, span) if self._tells(node, scope, name))
        known = self.names(node, scope)
        found: Iterator[str] = (known.name(index) for index in known.span(span))
        if node == "table" and self._added:
            extra = sorted(self._added.get(scope.fqn, ()))
            found = heapq.merge(found, (name for name in extra if name in span and known.index(name) is None))
        if span.only is not None:
            found = (name for name in found if name in span)
        if self._silent:
            parent = scope.fqn
            found = (name for name in found if names.child(parent, name) not in self._silent)
        if self._repeated:
            container, once = scope.fqn, found
            found = (name for name in once for _ in range(1 + (names.child(container, name) in self._repeated)))
        return found

    def holds(self, node: str, scope: Scope, name: str) -> bool:
        """Whether the object is there, listed or not, and everything above it too."""
        path = (*scope.path, name)
        if self._absent and any(names.build(*path[:n]) in self._absent for n in range(2, len(path) + 1)):
            return False
        above = ("database", "schema")[: _ABOVE.get(node, 2)]
        if len(scope.path) != len(above) + 1 or not self._tells(node, scope, name):
            return False
        for depth, container in enumerate(above, start=1):
            if self.names(container, Scope(path[:depth])).index(path[depth]) is None:
                return False
        if self.names(node, scope).index(name) is not None:
            return True
        return node in _TABLES and name in self._added.get(scope.fqn, ())

    def is_view(self, schema: Scope, name: str) -> bool:
        return self.config.views > 0 and share(self.config.seed, "view", name, schema.path) < self.config.views

    def _tells(self, node: str, schema: Scope, name: str) -> bool:
        """Whether a node lists what it tells of a table; nodes of other objects list all of these."""
        if node == "usage":
            return self.is_used(schema, name)
        return node != "lineage" or self.is_fed(schema, name)

    def is_fed(self, schema: Scope, name: str) -> bool:
        """Whether a table is fed by others."""
        config = self.config
        if config.unfed and names.child(schema.fqn, name) in config.unfed:
            return False
        return share(config.seed, "fed", name, schema.path) < config.fed

    def is_used(self, schema: Scope, name: str) -> bool:
        """Whether a table was queried."""
        config = self.config
        if config.unused and names.child(schema.fqn, name) in config.unused:
            return False
        return share(config.seed, "used", name, schema.path) < config.used

    def changed(self, fqn: str) -> bool:
        config = self.config
        return fqn in config.changed or (
            config.changed_share > 0 and share(config.seed, "changed", fqn) < config.changed_share
        )

    def size(self, schema: Scope) -> int:
        """How many objects there are below a schema."""
        config = self.config
        return self.names("table", schema).count + config.procedures + config.sequences + config.types + config.objects
