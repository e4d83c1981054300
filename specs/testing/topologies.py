"""Random services for the engine's law: topologies of any shape, listings of any length, faults anywhere.

Everything follows from the shape and the seed, so that any number of sources read the same service.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st

from specs import names
from specs.config import ConnectionConfig
from specs.entities.base import Entity
from specs.errors import Skip, Stop
from specs.sources.base import Presence
from specs.sources.service import ServiceSource, identity, service_node
from specs.topology.node import Item, Node, Outcome, Produced, Stage, Topology
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

KEYS = ("", "A", "Z", "a", "a.b", 'a"b', "aa", "ab", "b", "z", "é", "ß", "￿", "😀", "\x01")


class Thing(Entity):
    """What the items of random topologies are."""

    note: str = ""


class Extra(Entity):
    """A secondary entity of an item."""


class Closing(Entity):
    """What a post_process yields."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One node: ``extras`` are the secondary entities of each stage, ``post`` those of its post_process."""

    name: str
    unit: bool = False
    ranged: bool = False
    extras: tuple[int, ...] = (0,)
    post: int | None = None
    children: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class RandomService:
    """A whole random service. ``broken`` and ``unlisted`` are the shares of stages and listings that fail."""

    shapes: tuple[Shape, ...]
    seed: int = 0
    broken: float = 0.0
    unlisted: float = 0.0
    longest: int = 4

    def source(self, reading: ReadMode | None = None) -> RandomSource:
        """A fresh source of this service."""
        nodes = (_node(shape, self) for shape in self.shapes)
        bound = type("BoundSource", (RandomSource,), {"topology": Topology(service_node(*nodes))})
        source: RandomSource = bound("svc", ConnectionConfig(), reading=reading)
        return source

    def dice(self, *where: object) -> random.Random:
        """Randomness that depends on the place only."""
        return random.Random(repr((self.seed, where)))

    def listing(self, node: str, scope: Scope) -> list[Produced]:
        """What there is of ``node`` below ``scope``."""
        dice = self.dice("list", node, scope.path)
        keys = sorted(dice.sample(KEYS, dice.randint(0, self.longest)))
        found: list[Produced] = []
        for key in keys:
            name = f"{node}:{key}"
            if dice.random() < 0.2:
                fqn = scope.child(name).fqn
                found.append(Outcome("filtered", "Thing", fqn, key, "things.exclude: x"))
            else:
                estimate = dice.choice((None, 0, 3, 400, 999, 1000, 6000, 20_000))
                found.append(Item(key, name, {"note": key}, estimate))
        return found


class RandomSource(ServiceSource):
    """Reads a random service; ``log`` keeps what was called, in order."""

    family = "random"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.log: list[str] = []

    def identity(self) -> str:
        return "random"

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return {}

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]:
        return [key for key in ("A", "a.b", "b", "é") if key in span and key != span.until]


def _node(shape: Shape, service: RandomService) -> Node[RandomSource]:
    entity: list[type[Entity]] = [Extra] * (len(shape.extras) - 1) + [Thing]
    return Node(
        shape.name,
        partial(_produce, shape=shape, service=service),
        tuple(
            Stage(entity[at], partial(_process, shape=shape, service=service, at=at)) for at in range(len(shape.extras))
        ),
        children=tuple(_node(child, service) for child in shape.children),
        post_process=() if shape.post is None else (Stage(Closing, partial(_close, count=shape.post)),),
        unit=shape.unit,
        ranged=shape.ranged,
    )


def _produce(
    source: RandomSource, scope: Scope, span: KeyRange, *, shape: Shape, service: RandomService
) -> Iterator[Produced]:
    dice = service.dice("unlisted", shape.name, scope.path)
    fails_at = dice.choice(KEYS) if dice.random() < service.unlisted else None
    for produced in service.listing(shape.name, scope):
        if shape.ranged and produced.key not in span:
            continue
        if fails_at is not None and produced.key >= fails_at:
            raise dice.choice((Stop("denied", scope.fqn, "grant it", reason="denied"), ValueError("broken pipe")))
        source.log.append(f"list {shape.name} {produced.key}")
        yield produced


def _process(
    source: RandomSource, item: Item, scope: Scope, *, shape: Shape, service: RandomService, at: int
) -> Iterator[Entity]:
    dice = service.dice("broken", shape.name, scope.path, at)
    fails = dice.random() < service.broken
    fails_after = dice.randint(0, shape.extras[at]) if fails else None
    last = at == len(shape.extras) - 1
    source.log.append(f"stage {at} {scope.fqn}")
    if last:
        yield Thing(**identity(scope), note=str(item.data))
    for number in range(shape.extras[at]):
        if number == fails_after:
            break
        yield _extra(Extra, scope, f"{at}-{number}")
    if fails:
        raise dice.choice((Skip("locked", scope.fqn, "wait", reason="lock"), Stop("denied", scope.fqn), KeyError("x")))


def _close(source: RandomSource, item: Item, scope: Scope, *, count: int) -> Iterator[Entity]:
    source.log.append(f"post {scope.fqn}")
    for number in range(count):
        yield _extra(Closing, scope, f"post-{number}")


def _extra(entity: type[Entity], scope: Scope, name: str) -> Entity:
    return entity(fqn=names.child(scope.fqn, name), name=name, parent=scope.fqn)


def services(*, broken: float = 0.0, unlisted: float = 0.0) -> st.SearchStrategy[RandomService]:
    """Random services of up to three levels."""
    return st.builds(
        RandomService, _shapes(3), seed=st.integers(0, 10_000), broken=st.just(broken), unlisted=st.just(unlisted)
    )


def _shapes(depth: int) -> st.SearchStrategy[tuple[Shape, ...]]:
    one = st.tuples(
        *(st.booleans(), st.booleans(), st.sampled_from([(0,), (1,), (0, 2), (2, 0, 1), (257,)])),
        *(st.sampled_from([None, None, 0, 2, 257]), _shapes(depth - 1) if depth > 1 else st.just(())),
    )
    return st.lists(one, max_size=2 if depth < 3 else 3).map(lambda drawn: tuple(_valid(drawn)))


def _valid(drawn: list[Any]) -> Iterator[Shape]:
    for at, (unit, ranged, extras, post, children) in enumerate(drawn):
        renamed = tuple(_renamed(child, f"n{at}") for child in children)
        below = any(_has_unit(child) for child in renamed)
        yield Shape(f"n{at}", unit, ranged, extras, post if unit or not below else None, renamed)


def _renamed(shape: Shape, prefix: str) -> Shape:
    children = tuple(_renamed(child, prefix) for child in shape.children)
    return Shape(f"{prefix}_{shape.name}", shape.unit, shape.ranged, shape.extras, shape.post, children)


def _has_unit(shape: Shape) -> bool:
    return shape.unit or any(_has_unit(child) for child in shape.children)
