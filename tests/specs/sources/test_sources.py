"""Every family of services is declared for real: a small source of each walks, splits and accounts like any other."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from specs import sources
from specs.config import ConnectionConfig
from specs.entities import Entity, entity_types
from specs.sources import Presence, Source, container_types, identity
from specs.testing import harvest
from specs.topology.node import Item, Node, Produced, Topology
from specs.topology.scope import KeyRange, Scope

ABSTRACT = [getattr(sources, name) for name in sources.__all__ if name.endswith("Source") and name != "ServiceSource"]
TYPED = [source for source in ABSTRACT if source is not Source]

NEEDED: dict[str, dict[str, Any]] = {
    "Container": {"path": "a/b"},
    "ApiEndpoint": {"method": "GET", "path": "/a"},
    "Table": {"table_type": "regular"},
    "UsageDay": {"day": "2026-11-30"},
    "Usage": {"day": "2026-11-30"},
}


def filled_in(abstract: type[Source]) -> type[Source]:
    """``abstract`` with each abstract producer listing two things, and each abstract processor building one."""

    def produce(self: Source, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        for key in ("a", "b"):
            if key in span:
                yield Item(key, key, {}, 2)

    def processor(entity: type[Entity]) -> Any:
        def process(self: Source, item: Item, scope: Scope) -> Iterable[Entity]:
            yield entity(**identity(scope), **NEEDED.get(entity.type_name(), {}))

        return process

    def exists(self: Source, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return dict.fromkeys(names, "unknown")

    def named(self: Source) -> str:
        return "here"

    types = {node.name: node.stages[-1].entity for node in abstract.topology.nodes.values() if node.stages}
    body: dict[str, Any] = {"identity": named, "exists": exists}
    for name in abstract.__abstractmethods__ - body.keys():
        body[name] = processor(types[name.removeprefix("yield_")]) if name.startswith("yield_") else produce
    return type("Filled", (abstract,), body)


def test_there_is_a_source_for_each_family() -> None:
    names = {source.__name__.removesuffix("Source").lower() for source in TYPED}
    assert names == {
        *("api", "dashboard", "database", "lineage", "messaging", "mlmodel", "pipeline", "search", "storage", "usage")
    }


@pytest.mark.parametrize("abstract", TYPED)
def test_a_source_asks_for_few_methods(abstract: type[Source]) -> None:
    own = abstract.__abstractmethods__ - Source.__abstractmethods__
    assert 2 <= len(own) <= 4
    assert inspect.getdoc(abstract)
    for name in own:
        assert inspect.getdoc(getattr(abstract, name)), f"{abstract.__name__}.{name} says nothing"


@pytest.mark.parametrize("abstract", TYPED)
def test_a_topology_counts_known_types(abstract: type[Source]) -> None:
    topology: Topology[Any] = abstract.topology
    assert topology.root.name == "service"
    assert topology.root.unit
    for node in topology.nodes.values():
        counted = [child.type for child in node.children]
        assert len(counted) == len(set(counted)), f"two listings below one {node.name} count the same type"
    assert {node.type for node in topology.nodes.values() if not node.passage} <= set(entity_types)
    assert all(node.ranged for node in _leaves(topology.root)), (
        "a leaf that takes no range can neither split nor resume"
    )


@pytest.mark.parametrize("abstract", TYPED)
def test_what_has_children_is_a_container_and_nothing_else(abstract: type[Source]) -> None:
    for node in abstract.topology.nodes.values():
        assert node.passage or (node.type in container_types()) == bool(node.children)


def test_containers_of_all_families_are_known() -> None:
    assert container_types() == {"Service", "Database", "Schema", "Bucket", "ApiCollection", "LineageLog", "UsageDay"}


@pytest.mark.parametrize("abstract", TYPED)
def test_a_filled_in_source_keeps_the_law(abstract: type[Source]) -> None:
    made = filled_in(abstract)

    def build() -> Source:
        return made("svc", ConnectionConfig())

    whole = harvest.walk_whole(build)
    assert whole.incomplete == []
    assert whole.reported == []
    assert len(whole.sent) > 2
    assert harvest.walk_units(build).objects == whole.objects
    assert harvest.walk_units(build, cut=lambda start: (0, 1)).objects == whole.objects


def _leaves(node: Node[Any]) -> list[Node[Any]]:
    return [node] if not node.children else [leaf for child in node.children for leaf in _leaves(child)]
