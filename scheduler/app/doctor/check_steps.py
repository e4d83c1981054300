"""The steps of ``headrace check``: the connector's own, one real listing, and every sink."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from specs.errors import HeadraceError
from specs.recipe.recipe import Recipe
from specs.service_spec import METADATA
from specs.sources.base import Source, Step
from specs.topology.node import Item, Node
from specs.topology.scope import EVERYTHING, Scope
from workers.unit.source.sources import build

FEW = 1000
"""Most names of one listing that are counted."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything that was tried for one service."""

    service: str
    steps: list[Step]

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        return {"service": self.service, "ok": self.ok, "steps": [asdict(each) for each in self.steps]}


def check(recipe: Recipe, secrets: Mapping[str, str]) -> Iterator[Step]:
    """Try connection and sinks of a recipe; each step comes when it is done. Raises ``UsageError`` for a mistake in
    the connection."""
    source = build(recipe, secrets)
    try:
        for step in steps(source, recipe, secrets):
            yield replace(step, seconds=round(step.seconds, 4))
    finally:
        source.close()


def steps(source: Source, recipe: Recipe, secrets: Mapping[str, str]) -> Iterator[Step]:
    """Each step with its evidence, or why it failed. A scope is listed once the connector's steps went well."""
    well = True
    for step in _connector(source):
        well = well and step.ok
        yield step
    if well:
        yield _step("list one scope", lambda: _listed(source, recipe.service.name))
    for part in recipe.parts:
        if part != METADATA:
            yield from _part(recipe, secrets, part)
    yield from _sinks(recipe, secrets)


def _part(recipe: Recipe, secrets: Mapping[str, str], part: str) -> Iterator[Step]:
    """The steps of a part that has its own: it reads something else than the metadata's server."""
    source = build(recipe, secrets, part=part)
    try:
        if type(source).check is not Source.check:
            yield from (replace(step, name=f"{part}: {step.name}") for step in _connector(source))
    finally:
        source.close()


def _connector(source: Source) -> Iterator[Step]:
    """Yields the connector's own steps; an error that one of them raises becomes a failed step."""
    try:
        yield from source.check()
    except HeadraceError as error:
        yield Step("connect", False, error.what, remedy=error.remedy)


def _step(name: str, action: Callable[[], str]) -> Step:
    began = time.monotonic()
    try:
        return Step(name, True, action(), time.monotonic() - began)
    except HeadraceError as error:
        where = f" ({error.where})" if error.where else ""
        return Step(name, False, f"{error.what}{where}", time.monotonic() - began, error.remedy)


def _listed(source: Source, service: str) -> str:
    """Walk down to the first scope that contains leaf objects, and list all kinds of them."""
    node: Node[Source] = source.topology.root
    scope = Scope.of(service)
    while True:
        child = next((each for each in node.children if each.children), None)
        if child is None:
            return f"{', '.join(_counts(source, node, scope)) or 'nothing'} in {scope.fqn}"
        first = next(_items(source, child, scope), None)
        if first is None:
            return f"no {child.type} is left in {scope.fqn}: see the filters of the recipe, and what our user may see"
        node, scope = child, scope.child(first.name)


def _counts(source: Source, node: Node[Source], scope: Scope) -> Iterator[str]:
    for child in node.children:
        count = sum(1 for _ in islice(_items(source, child, scope), FEW))
        if count:
            yield f"{count}{'+' if count == FEW else ''} {child.type}"


def _items(source: Source, node: Node[Source], scope: Scope) -> Iterator[Item]:
    return (each for each in source.preview(node.name, scope, EVERYTHING) if isinstance(each, Item))


def _sinks(recipe: Recipe, secrets: Mapping[str, str]) -> Iterator[Step]:
    if not recipe.sinks:
        return
    from workers.sinks import configured
    from workers.sinks.trial import tried

    for each in configured(recipe.sinks, secrets):
        yield _step(f"sink {each.label}", lambda each=each: tried(each, recipe.service))  # type: ignore[misc]
