"""What a producer lists, checked as it comes: keys in order, and no object named twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from specs.errors import Stop
from specs.names import clean
from specs.topology.node import Item, Node, Outcome, Produced
from specs.topology.scope import Scope

DUPLICATE = "duplicate"
"""The reason of the outcome that stands for all further times that a listing named an object."""

Checked = tuple[Produced, Outcome | None]
"""What was produced, and the failed outcome that goes with it when its key was named more than once."""


def checked(node: Node[Any], scope: Scope, produced: Iterable[Produced], *, ahead: bool = True) -> Iterator[Checked]:
    """Yield what a listing names, each key once; one that it names again has failed, besides being read.

    Two items of one name under different keys are one FQN: the second one has failed. Raises ``Stop`` for keys that
    do not increase: behind a cursor they would be lost.

    ``ahead``: look at the next key before handing out an item, so that a position behind the item is one behind all
    that has its key. Without it (each key is written down before it is touched) repetitions come behind the item.
    """
    names: set[str] = set()
    last: Produced | None = None
    times, held = 0, False
    steps = iter(produced)
    while True:
        try:
            step = next(steps, None)
        except Exception:
            if last is not None and held:  # what was read before it broke off stands
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
