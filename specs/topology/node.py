"""Topologies as data: nodes with typed callables, stages, children and post_process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from specs.entities.base import Entity
from specs.topology.scope import KeyRange, Scope

S = TypeVar("S", contravariant=True)
"""The class of the source. It is contravariant: a node for any source can be used for a database's, but not the other
way round."""
E = TypeVar("E", bound=Entity, covariant=True)
"""The entity that a processor yields; ``Entity`` when it also yields others."""
_Source = TypeVar("_Source")
_First = TypeVar("_First")
_Second = TypeVar("_Second")
_Answer = TypeVar("_Answer")


class Item(NamedTuple):
    """A listed object: ``key`` is its place in the order, ``name`` extends the scope, ``data`` is for the stages.

    The data of a node with ``unit=True`` is JSON of at most 4 KB. ``estimate`` is the estimated number of objects
    below, from the source's statistics; only packing and splitting depend on it.
    """

    key: str
    name: str
    data: Any = None
    estimate: int | None = None


OutcomeKind = Literal["filtered", "failed", "gone"]


class Outcome(NamedTuple):
    """The outcome of one listed object that is not sent.

    ``reason`` is the filter's rule for ``filtered`` (``tables.exclude: ^tmp_``), a class of failure for ``failed``
    (``lock``, ``timeout``, ``denied``, ``poison``, ``error``). ``stands``: the object exists under this name, so that
    an entity of this name in the catalog counts as seen. It is ``False`` for an object that is a part of another one (a
    partition that is left out): then an entity of its name in the catalog was another object, and becomes a suspect.
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
"""``(source, scope, range)``: yields the objects below ``scope`` ordered by key, filtered and unreadable ones as
outcomes."""
Processor = Callable[[S, Item, Scope], Iterable[E | Outcome]]
"""``(source, item, scope)``: yields entities of an item; ``scope`` is the item's own, its last part the item's name.

An ``Outcome`` is for a part of the item that could not be read; it counts as listed and failed under its own type and
name.
"""


def overridable(
    function: Callable[[_Source, _First, _Second], _Answer],
) -> Callable[[_Source, _First, _Second], _Answer]:
    """A function that calls ``source.method`` in place of ``Class.method``; any other callable unchanged.

    A topology names methods of an abstract class, so that mypy finds a misspelt one. Called directly they would run the
    abstract class's code and not a connector's override. ``Node`` and ``Stage`` do this for all their functions,
    because one that a topology forgot to wrap would pass every check.
    """
    if not isinstance(function, FunctionType):
        return function  # such as a partial, which has no override
    owner, _, name = function.__qualname__.rpartition(".")
    if not owner or owner.endswith("<locals>") or not name.isidentifier():
        return function  # a function outside a class, or a lambda

    def call(source: _Source, first: _First, second: _Second) -> _Answer:
        answer: _Answer = getattr(source, name)(first, second)
        return answer

    return call


@dataclass(frozen=True, slots=True)
class Stage(Generic[S, E]):
    """One step for each item: the entity class it yields and the processor.

    When ``process`` is a method of an abstract source, the override of the actual source runs.
    """

    entity: type[E]
    process: Processor[S, E]

    def __post_init__(self) -> None:
        object.__setattr__(self, "process", overridable(self.process))


@dataclass(frozen=True, slots=True)
class Node(Generic[S]):
    """One level of a topology.

    The last stage's entity is the node's own: each produced item is counted under its type. ``unit``: each item becomes
    a unit of its own. ``ranged``: the producer accepts a key range. When ``produce`` is a method of an abstract source,
    the override of the actual source runs.

    ``whole``: the listing is computed from all that is read for it, as from a query log, so that each range of it
    costs as much as all of them. A large one is not split, nor is one whose unit takes long; it resumes as any other.

    ``passage``: the node belongs to another part of the service and only leads down to this part's own nodes. Its items
    are walked, but yield no entities, counts or coverage; it has no stages and no post_process.

    Raises ``ValueError`` for a node without stages that is no passage, for a passage that emits or leads nowhere, for
    a post_process that could not wait for units below, and for a whole listing that has units or children.
    """

    name: str
    produce: Producer[S]
    stages: tuple[Stage[S, Entity], ...] = ()
    children: tuple[Node[S], ...] = ()
    post_process: tuple[Stage[S, Entity], ...] = ()
    unit: bool = False
    ranged: bool = False
    whole: bool = False
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
        if self.whole and (self.unit or self.children):
            raise ValueError(f"node {self.name!r} is read as a whole: it is no unit and has no children")
        object.__setattr__(self, "produce", overridable(self.produce))

    @property
    def divisible(self) -> bool:
        """Whether ranges of its listing may become units."""
        return self.ranged and not self.unit and not self.whole

    @property
    def spawns(self) -> bool:
        """Whether any node below is a unit."""
        return any(child.unit or child.spawns for child in self.children)

    @property
    def type(self) -> str:
        """The entity type under which this node's items are counted; empty for a passage."""
        return self.stages[-1].entity.type_name() if self.stages else ""


@dataclass(frozen=True, slots=True)
class Topology(Generic[S]):
    """A tree of nodes with unique names, so that a unit can name its node; ``nodes`` are all nodes by name. ``effort``:
    how many objects of metadata take as long as one object here; units are packed and split by it.

    Raises ``ValueError`` for a name that is used twice.
    """

    root: Node[S]
    effort: int = 1
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
