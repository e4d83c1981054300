"""Checks of a producer's listing: keys have to be in order, and no object may be listed twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from specs.errors import Stop
from specs.names import clean
from specs.topology.node import Item, Node, Outcome, Produced
from specs.topology.scope import Scope

DUPLICATE = "duplicate"
"""The reason of the failed outcome of an object that is listed more than once."""

Checked = tuple[Produced, Outcome | None]
"""``(produced, again)``: a listed object, and a failed outcome when its key was listed more than once."""


def checked(node: Node[Any], scope: Scope, produced: Iterable[Produced], *, ahead: bool = True) -> Iterator[Checked]:
    """Yields each key of a listing once; a key that is listed again gets a failed outcome besides being read.

    Two items of one name under different keys have the same FQN, so the second one fails. Raises ``Stop`` for keys that
    do not increase, because a resume behind a cursor would skip some.

    ``ahead``: read the next key before yielding an item, so that a cursor behind the item is also behind all
    repetitions of its key. Without it (when each key is noted before it is read) the outcomes of repetitions come after
    the item.
    """
    names: set[str] = set()
    last: Produced | None = None
    times, held = 0, False
    steps = iter(produced)
    while True:
        try:
            step = next(steps, None)
        except Exception:
            if last is not None and held:  # the item that was read before the error counts
                yield last, _again(node, scope, last, times)
            raise
        if step is not None and last is not None and step.key == last.key:
            times += 1
            if not held and times == 2:
                yield _repeated(node, scope, last, "more than once"), None
            continue
        if last is not None and held:
            yield last, _again(node, scope, last, times)
        if step is None:
            return
        if last is not None and step.key < last.key:
            what = f"the listing is not in the order of its keys: {step.key!r} comes behind {last.key!r}"
            raise Stop(what, scope.fqn, "it is a mistake of the connector", reason="order")
        name = clean(step.name) if isinstance(step, Item) else step.key
        if isinstance(step, Item) and name in names:
            message = "the source lists two objects of this name: the first one is read"
            step = Outcome("failed", node.type, scope.child(step.name).fqn, step.key, DUPLICATE, message)
        elif name != step.key:
            names.add(name)
        last, times, held = step, 1, ahead
        if not held:
            yield step, None


def _again(node: Node[Any], scope: Scope, first: Produced, times: int) -> Outcome | None:
    return None if times == 1 else _repeated(node, scope, first, f"{times} times")


def _repeated(node: Node[Any], scope: Scope, first: Produced, times: str) -> Outcome:
    fqn = scope.child(first.name).fqn if isinstance(first, Item) else first.fqn
    message = f"the source lists it {times}: one of them is read, and what the others are is not known"
    return Outcome("failed", node.type, fqn, first.key, DUPLICATE, message)
