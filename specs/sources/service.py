"""The root of every topology: the service itself, as the one item of the first node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, TypeVar

from specs import names
from specs.entities.base import Entity
from specs.entities.database.tables import Service
from specs.sources.base import Source
from specs.topology.node import Item, Node, Produced, Stage
from specs.topology.scope import KeyRange, Scope

S = TypeVar("S", bound="ServiceSource")


class ServiceSource(Source):
    """A source whose root is one ``Service``.

    ``family`` is the kind of service, which decides the topology: ``database``, ``dashboard`` ... ``service_type`` is
    the product that a connector reads, as catalog and exports tell it: ``postgres``; empty: its family.
    """

    family: ClassVar[str]
    service_type: ClassVar[str] = ""

    def version(self) -> str | None:
        """The version of the server, where it tells."""
        return None

    def service_items(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        yield Item(self.service, self.service, {})

    def yield_service(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield Service(fqn=scope.fqn, name=self.service, service_type=self.product(), version=self.version())

    def product(self) -> str:
        """What the catalog calls this service. Override it where the connection decides, and not the class."""
        return self.service_type or self.family


def service_node(*children: Node[S], passage: bool = False) -> Node[S]:
    """The root node of a topology with ``children`` below the service; a ``passage`` where metadata tells of it."""
    if passage:
        return Node("service", ServiceSource.service_items, unit=True, passage=True, children=children)
    return Node(
        "service",
        ServiceSource.service_items,
        unit=True,
        stages=(Stage(Service, ServiceSource.yield_service),),
        children=children,
    )


def identity(scope: Scope) -> dict[str, Any]:
    """The ``fqn``, ``name`` and ``parent`` of the object at ``scope``."""
    parent = scope.parent_fqn
    return {"fqn": names.child(parent, scope.name), "name": scope.name, "parent": parent}
