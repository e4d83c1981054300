"""What a node or a stage runs: the source's override of a method, and any other callable as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from specs.entities.base import Entity
from specs.topology.node import Item, Node, Outcome, Produced, Stage
from specs.topology.scope import EVERYTHING, KeyRange, Scope

SCOPE = Scope.of("s")


class Thing(Entity):
    """What is yielded."""


class Abstract:
    def things(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        raise NotImplementedError

    def yield_thing(self, item: Item, scope: Scope) -> Iterable[Thing | Outcome]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class Shelf(Abstract):
    def things(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        yield Item("shelf", "shelf")

    def yield_thing(self, item: Item, scope: Scope) -> Iterable[Thing | Outcome]:
        yield Thing(fqn="shelf", name="shelf")


class Helper:
    def things(self, source: Abstract, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        yield Item("helper", "helper")


def close(source: Abstract, scope: Scope, span: KeyRange) -> Iterator[Produced]:
    yield Item("function", "function")


def named(name: str, source: Abstract, scope: Scope, span: KeyRange) -> Iterator[Produced]:
    yield Item(name, name)


def listed(node: Node[Abstract]) -> list[str]:
    return [each.key for each in node.produce(Shelf(), SCOPE, EVERYTHING)]


def test_an_override_is_what_runs() -> None:
    stage = Stage(Thing, Abstract.yield_thing)
    node = Node("thing", Abstract.things, stages=(stage,))
    assert listed(node) == ["shelf"]
    assert [each.fqn for each in stage.process(Shelf(), Item("a", "a"), SCOPE)] == ["shelf"]


def test_a_changed_copy_runs_the_override_too() -> None:
    node = Node("thing", Abstract.things, stages=(Stage(Thing, Abstract.yield_thing),))
    assert listed(replace(replace(node, ranged=True), unit=True)) == ["shelf"]


@pytest.mark.parametrize(
    ("produce", "key"),
    [
        pytest.param(close, "function", id="a function that is named as a method of the source"),
        pytest.param(partial(named, "partial"), "partial", id="a partial"),
        pytest.param(lambda source, scope, span: iter([Item("lambda", "lambda")]), "lambda", id="a lambda"),
        pytest.param(Helper().things, "helper", id="a method of an object"),
    ],
)
def test_what_is_no_method_of_a_class_runs_as_it_is(produce: object, key: str) -> None:
    node: Node[Abstract] = Node("thing", produce, stages=(Stage(Thing, Abstract.yield_thing),))  # type: ignore[arg-type]
    assert listed(node) == [key]
