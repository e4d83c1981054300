"""The walk: a depth-first generator chain over a topology, pure, resumable at any cursor.

For each item its stages run, then its children are walked, then its post_process runs. With ``spawn``, items of nodes
marked ``unit`` are yielded as units instead of being walked, large ranged listings are yielded as ranges, and the
post_process of the unit's own item is left out: it runs as a phase of its own when every descendant unit is finished.

The law: walking the root without ``spawn``, and walking with ``spawn`` the root and all units that are yielded, produce
the same entities; so does any split into ranges and any resume.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import pairwise
from typing import Any, Generic, TypeVar

from specs.errors import Fatal, Retry, Stop
from specs.service_spec import METADATA
from specs.topology import outcomes
from specs.topology.events import Covered, Done, Event, Reported, Spawned, Start
from specs.topology.listing import checked
from specs.topology.node import Item, Node, Outcome, Produced, Topology
from specs.topology.packer import Packer, Sizes, learned
from specs.topology.read_mode import Readable
from specs.topology.scope import EVERYTHING, Cursor, KeyRange, Scope

S = TypeVar("S", bound=Readable)
SPLIT = 5000
"""Estimated objects above which a listing is split into ranges of about ``SPLIT / 2`` keys."""
CUT = 256
"""Entities of one item after which a batch may be cut inside its stages."""

END: Cursor = ("", None)
"""The cursor behind the last child of a unit, where only its post_process can follow."""
_PASS = (Retry, Fatal, MemoryError)
"""Errors of the unit or the run, which are raised; all others become outcomes of one object or listing."""


def walk(
    source: S, topology: Topology[S], start: Start, *, resume: Cursor = (), spawn: bool = True,
    sizes: Sizes | None = None,
) -> Iterator[Event]:  # fmt: skip
    """Yields the events of one unit from ``start``, behind the cursor ``resume``; ``sizes`` returns the sizes of scopes
    when they were last read.

    Raises ``Retry`` when the source is unavailable (events that were yielded stay valid; walk again from the last
    cursor) and ``Fatal`` when the run cannot go on. Every other error becomes an event.
    """
    node = topology.nodes[start.node]
    walker = _Walker(source, spawn, sizes, start.part, topology.effort)
    if start.item is not None:
        item = Item(*start.item)
        yield from walker.item(node, item, start.scope, (), resume, own=True)
    elif resume != END:
        yield from walker.items(node, start.scope, start.range, (), resume, END, own=True)


def post(source: S, topology: Topology[S], start: Start, *, resume: Cursor = ()) -> Iterator[Event]:
    """Yields the events of a unit's post_process, to be run once its descendants are finished. Raises as ``walk``."""
    node = topology.nodes[start.node]
    if start.item is not None and node.post_process:
        yield from _Walker(source, True, None, start.part).post(node, Item(*start.item), start.scope, (), _skip(resume))


def expand(source: S, topology: Topology[S], start: Start) -> Iterator[Spawned | Reported | Covered]:
    """Yields the child units, filtered outcomes and coverages of a unit; reads no leaf object. Raises as ``walk``."""
    node = topology.nodes[start.node]
    if start.item is None:
        return
    walker = _Walker(source, True, None, start.part)
    item = Item(*start.item)
    for child in node.children:
        events: Iterable[Event] = ()
        if child.unit:
            events = walker.spawn_items(child, start.scope, (), (), END)
        elif walker.splits(child, item):
            events = walker.spawn_ranges(child, start.scope, (), (), END)
        for event in events:
            if isinstance(event, Spawned | Reported | Covered):
                yield event


class _Walker(Generic[S]):
    def __init__(self, source: S, spawn: bool, sizes: Sizes | None, part: str = METADATA, effort: int = 1) -> None:
        self.source, self.spawn, self.sizes, self.part, self.effort = source, spawn, sizes, part, effort

    # -- items of a node ------------------------------------------------------------------------------------------
    def items(
        self, node: Node[S], scope: Scope, span: KeyRange, prefix: Cursor, resume: Cursor, behind: Cursor,
        *, own: bool = False,
    ) -> Iterator[Event]:  # fmt: skip
        """Produce and walk the items of ``node`` below ``scope``; ``behind`` is the cursor after all of them.

        ``own``: this listing is the unit itself, and not a part of an item's unit.
        """
        after, inner = _position(node, resume)
        todo = span
        if after is not None:
            todo = span.resume((after[:-1] or None) if inner else after)
        packed = own and node.unit
        poison = self.source.reading.before(node.name, scope, "")
        if poison:
            yield Covered(outcomes.failed(node, scope, span, Stop(poison, scope.fqn, reason="poison")), behind)
            return
        try:
            listed = node.produce(self.source, scope, todo)
            for produced, again in checked(node, scope, listed, ahead=self.source.reading.touch is None):
                if produced.key not in span or (after is not None and produced.key < after):
                    continue
                rest: Cursor = ()
                if after is not None and produced.key == after:
                    if not inner:
                        continue
                    rest = inner
                elif again is not None and not packed:
                    yield from outcomes.reported(node, scope, again)
                if isinstance(produced, Outcome):
                    if not packed:  # for a packed unit, its parent has listed and counted the object
                        yield from outcomes.reported(node, scope, produced, (*prefix, node.name, produced.key))
                    continue
                yield from self.item(
                    node, produced, scope.child(produced.name), (*prefix, node.name, produced.key), rest
                )
        except _PASS:
            raise
        except Exception as error:
            yield Covered(outcomes.failed(node, scope, span, error), behind)
        else:
            yield Done(behind) if packed else outcomes.ended(node, scope, span, behind)

    def spawn_items(
        self, node: Node[S], scope: Scope, prefix: Cursor, resume: Cursor, behind: Cursor
    ) -> Iterator[Event]:
        """Produce the items of a unit node and yield them as units; small neighbours are packed into one."""
        after, _ = _position(node, resume)
        packer = Packer(node, scope, prefix, after, self.part, self.effort)
        try:
            found: Iterable[Produced] = node.produce(self.source, scope, EVERYTHING.resume(after))
            if self.sizes is not None and packer.packs:
                found = learned(found, scope, self.sizes)
            for produced, again in checked(node, scope, found):
                if after is not None and produced.key <= after:
                    continue
                twins = () if again is None else outcomes.reported(node, scope, again)
                if isinstance(produced, Outcome):
                    yield from packer.report(*twins, *outcomes.reported(node, scope, produced))
                else:
                    yield from packer.add(produced, *twins)
        except _PASS:
            raise
        except Exception as error:
            yield from packer.flush()
            yield Covered(outcomes.failed(node, scope, EVERYTHING, error), behind)
        else:
            yield from packer.flush()
            yield outcomes.ended(node, scope, EVERYTHING, behind)

    def splits(self, child: Node[S], item: Item) -> bool:
        return self.spawn and child.divisible and (item.estimate or 0) > SPLIT // self.effort

    def spawn_ranges(
        self, child: Node[S], scope: Scope, prefix: Cursor, resume: Cursor, behind: Cursor
    ) -> Iterator[Event]:
        """Yield the key ranges of one large listing as units; always at least one, so that they cover all keys."""
        (after, _), size = _position(child, resume), SPLIT // self.effort // 2
        try:
            keys = list(self.source.split(child.name, scope, KeyRange(after), size))
        except _PASS:
            raise
        except Exception:  # without split keys there is just one range
            keys = []
        for begin, until in pairwise((after, *keys, None)):
            start = Start(child.name, scope, range=KeyRange(begin, until), estimate=size, part=self.part)
            cursor = behind if until is None else (*prefix, child.name, until)
            yield Spawned(start, child.type, (), cursor)

    # -- one item -------------------------------------------------------------------------------------------------
    def item(
        self, node: Node[S], item: Item, scope: Scope, prefix: Cursor, resume: Cursor, *, own: bool = False
    ) -> Iterator[Event]:
        stopped: Exception | None = None
        if not resume or isinstance(resume[0], int):
            stopped = yield from self.stages(node, item, scope, prefix, _skip(resume))
            resume = ()
            if stopped is None:
                yield Done((*prefix, _below(node), None) if node.children or node.post_process else prefix or END)
        for child in _remaining(node, resume):
            behind = (*prefix, following(node, child), None)
            if stopped is not None:
                yield Covered(outcomes.failed(child, scope, EVERYTHING, stopped))
            elif child.unit and self.spawn:
                yield from self.spawn_items(child, scope, prefix, resume, behind)
            elif own and self.splits(child, item):
                yield from self.spawn_ranges(child, scope, prefix, resume, behind)
            else:
                yield from self.items(child, scope, EVERYTHING, prefix, resume, behind)
            resume = resume if resume[:1] == ("",) else ()
        if node.post_process and not (own and self.spawn):
            yield from self.post(node, item, scope, prefix, _skip(resume[2:]) if resume else 0)
        if node.children or stopped is not None:
            yield Done(prefix or END)

    def stages(
        self, node: Node[S], item: Item, scope: Scope, prefix: Cursor, skip: int
    ) -> Generator[Event, None, Exception | None]:
        """Run the stages; returns the ``Stop`` for which the children must not be walked, or ``None``."""
        fqn = scope.fqn
        listing = Scope(scope.path[:-1]) if len(scope.path) > 1 else scope
        count, primary, stopped = 0, False, None
        told: set[tuple[str, str]] = set()
        poison = self.source.reading.before(node.name, listing, item.key)
        if node.passage:
            return Stop(poison, fqn, reason="poison") if poison else None
        if poison:
            yield Reported(Outcome("failed", node.type, fqn, item.key, "poison", poison), node.name, listing)
            return Stop(poison, fqn, reason="poison")
        for stage in node.stages:
            main = stage is node.stages[-1]
            try:
                for entity in stage.process(self.source, item, scope):
                    if isinstance(entity, Outcome):  # a part of the item that could not be read
                        count += 1
                        if count > skip:
                            yield Reported(entity, node.name, listing)
                        continue
                    own = main and not primary and entity.fqn == fqn
                    primary = primary or own
                    count += 1
                    twin = not outcomes.first(entity, told)
                    if count > skip:
                        cursor = (*prefix, count) if count % CUT == 0 else None
                        if twin:
                            yield Reported(outcomes.twin(entity, item.key), node.name, listing, cursor)
                        else:
                            yield outcomes.found(entity, node, fqn, listing, own, cursor)
            except _PASS:
                raise
            except Exception as error:
                count += 1
                if count > skip:
                    yield Reported(outcomes.outcome(stage, fqn, item.key, error), node.name, listing)
                primary = primary or main
                stopped = error if isinstance(error, Stop) else stopped
        if not primary and count >= skip:
            message = f"the processor yielded no {node.type} named {fqn}"
            yield Reported(Outcome("failed", node.type, fqn, item.key, "empty", message), node.name, listing)
        return stopped

    def post(self, node: Node[S], item: Item, scope: Scope, prefix: Cursor, skip: int) -> Iterator[Event]:
        fqn = scope.fqn
        count = 0
        for stage in node.post_process:
            try:
                for entity in stage.process(self.source, item, scope):
                    count += 1
                    if isinstance(entity, Outcome):
                        if count > skip:
                            yield Reported(entity, node.name, scope)
                    elif count > skip:
                        cursor = (*prefix, "", None, count) if count % CUT == 0 else None
                        yield outcomes.found(entity, node, fqn, scope, False, cursor)
            except _PASS:
                raise
            except Exception as error:
                count += 1
                if count > skip:
                    yield Reported(outcomes.outcome(stage, fqn, item.key, error), node.name, scope)
        yield Done((*prefix, "", None, count))


def _position(node: Node[Any], resume: Cursor) -> tuple[str | None, Cursor]:
    """``(key, inner)``: the key behind which to go on (``None``: from the beginning), and the cursor inside that key's
    item (empty: the item is finished)."""
    if not resume or resume[0] != node.name:
        return None, ()
    key = resume[1]
    return (key if isinstance(key, str) else None), resume[2:]


def _skip(resume: Cursor) -> int:
    last: Any = resume[-1] if resume else 0
    return last if isinstance(last, int) else 0


def _remaining(node: Node[S], resume: Cursor) -> tuple[Node[S], ...]:
    if not resume:
        return node.children
    for at, child in enumerate(node.children):
        if child.name == resume[0]:
            return node.children[at:]
    return ()


def _below(node: Node[Any]) -> str:
    return node.children[0].name if node.children else ""


def following(node: Node[Any], child: Node[Any]) -> str:
    at = node.children.index(child) + 1
    return node.children[at].name if at < len(node.children) else ""
