"""Topologies as data: nodes with typed callables, stages, children and post_process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from specs.entities.base import Entity
from specs.topology.scope import KeyRange, Scope

S = TypeVar("S", contravariant=True)
"""The class of the source: a node for any source will do for one of databases, not the other way round."""
E = TypeVar("E", bound=Entity, covariant=True)
"""The entity that a processor yields; ``Entity`` where others come with it."""
_Source = TypeVar("_Source")
_First = TypeVar("_First")
_Second = TypeVar("_Second")
_Answer = TypeVar("_Answer")


class Item(NamedTuple):
    """What a producer found: ``key`` orders it, ``name`` extends the scope, ``data`` is what the stages need.

    Items of a node with ``unit=True`` carry JSON data of at most 4 KB. ``estimate`` guesses the objects below, from
    catalog statistics; it decides packing and splitting, never correctness.
    """

    key: str
    name: str
    data: Any = None
    estimate: int | None = None


OutcomeKind = Literal["filtered", "failed", "gone"]


class Outcome(NamedTuple):
    """What became of one listed object that was not sent.

    ``reason`` is the filter's rule for ``filtered`` (``tables.exclude: ^tmp_``), a class of failure for ``failed``
    (``lock``, ``timeout``, ``denied``, ``poison``, ``error``). ``stands``: it is an object of its own, so that one of
    its name in the catalog was seen. It is not when another object stands for it (a partition that is left out): what
    the catalog has under its name was something else, and the source is asked about it.
    """

    kind: OutcomeKind
    type: str
    fqn: str
    key: str
    reason: str
    message: str = ""
    stands: bool = True


Produced = Item | Outcome
Producer = Callable[[S, Scope, KeyRange], Iterator[Produced]]
"""``(source, scope, range)``: yields what there is, ordered by key; filtered and unreadable objects as outcomes."""
Processor = Callable[[S, Item, Scope], Iterable[E | Outcome]]
"""``(source, item, scope)``: ``scope`` is the item's own scope, its last part the item's name.

An ``Outcome`` is a part of the item that could not be read, listed and failed under its own type and name.
"""


def overridable(
    function: Callable[[_Source, _First, _Second], _Answer],
) -> Callable[[_Source, _First, _Second], _Answer]:
    """``Class.method`` as a call of ``source.method``; any other callable as it is.

    A topology names the methods of an abstract class, so that mypy finds a misspelt one; called as they are, they
    would run that class's own code. Nodes and stages do this for all they are given, because a literal in which one
    method was left unwrapped would pass every check and leave out a connector's override.
    """
    if not isinstance(function, FunctionType):
        return function  # a partial, say: nothing to override
    owner, _, name = function.__qualname__.rpartition(".")
    if not owner or owner.endswith("<locals>") or not name.isidentifier():
        return function  # a function of a module or of another function, or a lambda: no class has it

    def call(source: _Source, first: _First, second: _Second) -> _Answer:
        answer: _Answer = getattr(source, name)(first, second)
        return answer

    return call


@dataclass(frozen=True, slots=True)
class Stage(Generic[S, E]):
    """One step for each item: the entity class it yields and the processor.

    A method of the source's class runs as the source's own class has it: an override is what runs.
    """

    entity: type[E]
    process: Processor[S, E]

    def __post_init__(self) -> None:
        object.__setattr__(self, "process", overridable(self.process))


@dataclass(frozen=True, slots=True)
class Node(Generic[S]):
    """One level of a topology.

    The last stage's entity is the node's own: each produced item is accounted for under its type. ``unit``: each
    item becomes a unit of its own. ``ranged``: the producer accepts a key range. A method of the source's class runs
    as the source's own class has it.

    ``passage``: the node belongs to another part of the service and only leads down to what this part owns. Its items
    are walked and emit nothing, count nothing and prove nothing; it has no stages and no post_process.

    Raises ``ValueError`` for a node without stages that is no passage, for a passage that emits or leads nowhere, and
    for a post_process that could not wait for units below.
    """

    name: str
    produce: Producer[S]
    stages: tuple[Stage[S, Entity], ...] = ()
    children: tuple[Node[S], ...] = ()
    post_process: tuple[Stage[S, Entity], ...] = ()
    unit: bool = False
    ranged: bool = False
    passage: bool = False

    def __post_init__(self) -> None:
        if self.passage and (self.stages or self.post_process or not self.children):
            raise ValueError(f"node {self.name!r} is a passage: it has children, no stages and no post_process")
        if not self.stages and not self.passage:
            raise ValueError(f"node {self.name!r} has no stage")
        if self.post_process and not self.unit and self.spawns:
            raise ValueError(
                f"node {self.name!r} has a post_process and units below: it must be a unit to wait for them"
            )
        object.__setattr__(self, "produce", overridable(self.produce))

    @property
    def spawns(self) -> bool:
        """Whether any node below is a unit."""
        return any(child.unit or child.spawns for child in self.children)

    @property
    def type(self) -> str:
        """The entity type that this node's items are counted under; empty for a passage, whose items are not."""
        return self.stages[-1].entity.type_name() if self.stages else ""


@dataclass(frozen=True, slots=True)
class Topology(Generic[S]):
    """A tree of nodes; names are unique, so a unit can name its node.

    Raises ``ValueError`` for a name used twice.
    """

    root: Node[S]
    nodes: dict[str, Node[S]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, Node[S]] = {}
        pending = [self.root]
        while pending:
            node = pending.pop()
            if node.name in found:
                raise ValueError(f"topology names node {node.name!r} twice")
            found[node.name] = node
            pending.extend(node.children)
        object.__setattr__(self, "nodes", found)
