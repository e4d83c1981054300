"""The fake service with a post_process: each database and schema is closed with an entity of its own.

``tests.workers.cluster.closing:spec`` in a recipe; worker processes import it by that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from specs.entities.base import Entity
from specs.entities.database.tables import UserType
from specs.service_spec import DefaultDatabaseSpec
from specs.sources.service import identity
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.node import Item, Node, Stage, Topology
from specs.topology.scope import Scope


def close(_source: Any, item: Item, scope: Scope) -> Iterator[Entity]:
    yield UserType(**identity(scope.child("closed")), kind="enum", labels=(item.name,))


def closed(node: Node[Any]) -> Node[Any]:
    """The node, and all units below, with that post_process."""
    below = tuple(closed(child) for child in node.children)
    return replace(node, children=below, post_process=(Stage(UserType, close),) if node.unit else ())


class ClosingSource(FakeSource):
    topology = Topology(closed(FakeSource.topology.root))


spec = DefaultDatabaseSpec(
    name="closing", connection=FakeConnection, metadata_source_class=ClosingSource, schemes=("closing",)
)
