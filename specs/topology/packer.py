"""Packs small neighbouring items into one unit, so that ten thousand small schemas do not become ten thousand units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from specs.service_spec import METADATA
from specs.topology.events import Covered, Event, Reported, Spawned, Start
from specs.topology.node import Item, Node, Produced
from specs.topology.scope import Cursor, KeyRange, Scope

PACK = 1000
"""Most estimated objects in one packed unit, where each takes no more effort than metadata."""

SIZED_ITEMS = 500
"""Items whose sizes are looked up at once."""
Sizes = Callable[[list[str]], Mapping[str, int]]
"""Returns the number of objects below each of these FQNs when they were last read; unknown FQNs are left out."""


def learned(produced: Iterable[Produced], scope: Scope, sizes: Sizes) -> Iterator[Produced]:
    """Yields the items with their last known sizes as estimates; an item without one keeps the source's estimate."""
    page: list[Produced] = []
    try:
        for each in produced:
            page.append(each)
            if len(page) == SIZED_ITEMS:
                full, page = page, []
                yield from _sized(full, scope, sizes)
    except Exception:
        yield from _sized(page, scope, sizes)  # items that were listed before the error count
        raise
    yield from _sized(page, scope, sizes)


def _sized(page: list[Produced], scope: Scope, sizes: Sizes) -> list[Produced]:
    names = {each.key: scope.child(each.name).fqn for each in page if isinstance(each, Item)}
    known = sizes(list(names.values())) if names else {}
    return [
        each._replace(estimate=known.get(names[each.key], each.estimate)) if isinstance(each, Item) else each
        for each in page
    ]


class Packer:
    """Collects consecutive items of a unit node; ``flush`` yields their unit and the events that were reported between
    them.

    Only the last event of a flush has a cursor: a batch that is cut earlier would lose items that are still held here.
    """

    def __init__(
        self, node: Node[Any], scope: Scope, prefix: Cursor, after: str | None, part: str = METADATA, effort: int = 1
    ) -> None:
        self.node, self.scope, self.prefix, self.part, self.effort = node, scope, prefix, part, effort
        self.packs = node.ranged and not (node.post_process and node.spawns)  # post waits for the units below
        self.after = after
        self.items: list[Item] = []
        self.reported: list[Reported | Covered] = []
        self.weight = 0
        self.last: str | None = after

    def add(self, item: Item, *twins: Reported | Covered) -> Iterator[Event]:
        """Add an item. ``twins`` are further events about the same key; no cursor may come between them."""
        most = PACK // self.effort
        small = self.packs and item.estimate is not None and item.estimate < most
        weight = (item.estimate or 0) + 1
        if self.items and (not small or self.weight + weight > most):
            yield from self.flush()
        self.reported += twins
        self.items.append(item)
        self.weight += weight
        self.last = item.key
        if not small:
            yield from self.flush()

    def report(self, *told: Reported | Covered) -> Iterator[Event]:
        """Add the events about one listed object that becomes no unit; a passage may have none."""
        if not told:
            return
        self.reported += told
        last = told[-1]
        self.last = last.outcome.key if isinstance(last, Reported) else last.coverage.range.until
        if len(self.reported) >= PACK:
            yield from self.flush()

    def flush(self) -> Iterator[Event]:
        events: list[Event] = [*self._spawned(), *self.reported]
        if events:
            events[-1] = events[-1]._replace(cursor=(*self.prefix, self.node.name, self.last))
        self.after, self.items, self.reported, self.weight = self.last, [], [], 0
        yield from events

    def _spawned(self) -> list[Event]:
        if not self.items:
            return []
        fqns: tuple[str, ...] = ()
        if not self.node.passage:
            fqns = tuple(self.scope.child(item.name).fqn for item in self.items)
        if len(self.items) == 1:
            item = self.items[0]
            start = Start(
                self.node.name,
                self.scope.child(item.name),
                [item.key, item.name, item.data, item.estimate],
                estimate=item.estimate,
                part=self.part,
            )
        else:
            span = KeyRange(self.after, self.items[-1].key)
            start = Start(self.node.name, self.scope, range=span, estimate=self.weight, part=self.part)
        return [Spawned(start, self.node.type, fqns)]
