"""The entity types that contain others, by the topologies of all families."""

from __future__ import annotations

from functools import cache
from importlib import import_module


@cache
def container_types() -> frozenset[str]:
    """The types of all nodes with children: ``Service``, ``Database``, ``Bucket`` and so on. Imports the source of
    every family."""
    family = import_module("specs.sources")
    topologies = [getattr(getattr(family, name), "topology", None) for name in family.__all__]
    nodes = [node for topology in topologies if topology for node in topology.nodes.values()]
    return frozenset(node.type for node in nodes if node.children and not node.passage)
