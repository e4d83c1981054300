"""Sinks are told of every family alike: containers before contents, and again what a container brings back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from specs import names, sources
from specs.contracts.work import Row
from specs.sources import Source
from specs.testing.sink import MemoryFollower
from specs.topology.node import Node
from tests.workers.feed.told import catalog, following, objects, registered, remove, row, store
from workers.store.database import SqlDatabase

FAMILIES = [
    source
    for name in sources.__all__
    if name.endswith("Source") and hasattr(source := getattr(sources, name), "topology")
]


def lineage_of(node: Node[Any], above: tuple[Row, ...], fqn: str) -> Iterator[tuple[Row, ...]]:
    """One object of each node below, with the containers that it lies in."""
    found = (*above, row(fqn, node.type))
    yield found
    for child in node.children:
        yield from lineage_of(child, found, names.build(*names.split(fqn), child.name))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_containers_come_first_and_go_last(db: SqlDatabase, family: type[Source]) -> None:
    rows = {each[-1].fqn: each[-1] for each in lineage_of(family.topology.root, (), "shop")}
    store(db, *reversed(list(rows.values())))
    sink, followers = MemoryFollower(), registered(db)
    following(db, followers, sink).feed()
    came = [change.fqn for change in sink.told]
    for chain in lineage_of(family.topology.root, (), "shop"):
        assert [came.index(each.fqn) for each in chain] == sorted(came.index(each.fqn) for each in chain)
    sink.told.clear()
    remove(db, *rows.values())
    following(db, followers, sink).feed()
    went = [change.fqn for change in sink.told]
    for chain in lineage_of(family.topology.root, (), "shop"):
        assert [went.index(each.fqn) for each in chain] == sorted(
            (went.index(each.fqn) for each in chain), reverse=True
        )


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_what_lay_in_a_restored_container_is_deleted_again(db: SqlDatabase, family: type[Source]) -> None:
    rows = [each[-1] for each in lineage_of(family.topology.root, (), "shop")]
    parents = {each.parent for each in rows}
    containers = [each for each in rows if each.fqn in parents and each.type != "Table"]  # a table keeps its triggers
    store(db, *rows)
    sink, followers = MemoryFollower(), registered(db)
    following(db, followers, sink).feed()
    for container in containers:
        below = [each for each in rows if each.fqn.startswith(f"{container.fqn}.")]
        remove(db, container, *below)
        following(db, followers, sink).feed()
        sink.told.clear()
        store(db, container)
        following(db, followers, sink).feed()
        assert (sink.told[0].op, sink.told[0].fqn) == ("upsert", container.fqn)
        assert {change.fqn for change in sink.told if change.op == "delete"} == {each.fqn for each in below}
        store(db, *below)
        following(db, followers, sink).feed()
        assert objects(sink) == catalog(db)
