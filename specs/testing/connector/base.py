"""The base of the connector suite's parts: how sources are made, and the service as one walk has read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import pytest

from specs.config import ConnectionConfig, MetadataExtract, StrictModel
from specs.contracts.parts.resolver import Resolver
from specs.service_spec import METADATA, ServiceSpec
from specs.sources.base import Source
from specs.testing import harvest
from specs.testing.harvest import Harvest, HarvestedListing
from specs.testing.resolver import MemoryResolver
from specs.topology.events import Found
from specs.topology.node import Item, Outcome, Topology
from specs.topology.read_mode import ReadMode

T = TypeVar("T")


class SuiteBase:
    """Subclasses name ``spec`` and the fixture ``config``; the rest has sensible defaults."""

    spec: ClassVar[ServiceSpec]
    part: ClassVar[str] = METADATA
    """The part whose source is tried; a connector that has more than one puts each under a suite of its own."""
    service: ClassVar[str] = "suite"
    samples: ClassVar[int] = 6
    """How many cursors and keys are tried where trying all takes too long."""
    absent: ClassVar[str] = "no"
    """What ``exists`` says about nonsense: ``unknown`` for sources that show hidden and absent objects alike."""

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls) -> ConnectionConfig:
        """The connection to a small, quiet service with some of everything."""
        raise NotImplementedError("name a fixture config in the subclass")

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls) -> ConnectionConfig | None:
        """A connection that must fail, if there can be one."""
        return None

    _catalog: ClassVar[tuple[ConnectionConfig, MemoryResolver] | None] = None

    settings: ClassVar[Mapping[str, StrictModel]] = {}
    """The ``extract`` sections of parts that cannot do without one, by part."""
    unreadable: ClassVar[Mapping[tuple[str, str], str]] = {}
    """``(type, FQN)`` of listed objects that cannot be read, and the reason of the outcome that each must have."""

    @pytest.fixture(scope="class")
    @classmethod
    def extract(cls) -> Any:
        """What is extracted, where not everything should be."""
        return cls.spec.extract_model(METADATA)()

    @pytest.fixture(scope="class")
    @classmethod
    def whole(cls, config: ConnectionConfig, extract: MetadataExtract) -> Harvest:
        """The service, walked in one go."""
        return harvest.walk_whole(cls.builder(config, extract))

    @pytest.fixture(scope="class")
    @classmethod
    def found(cls, config: ConnectionConfig, extract: MetadataExtract) -> list[Found]:
        """Every entity of the service, in the order of the walk."""
        return harvest.entities(cls.builder(config, extract))

    @pytest.fixture(scope="class")
    @classmethod
    def listed(cls, config: ConnectionConfig, extract: MetadataExtract) -> list[HarvestedListing]:
        """Every listing of the service, outermost first."""
        source = cls.source(config, extract)
        try:
            return harvest.listings(source)
        finally:
            source.close()

    @pytest.fixture
    def one(self, config: ConnectionConfig, extract: MetadataExtract) -> Iterator[Source]:
        """One source, closed afterwards."""
        source = self.source(config, extract)
        yield source
        source.close()

    @classmethod
    def source(
        cls,
        config: ConnectionConfig,
        extract: StrictModel | None = None,
        reading: ReadMode | None = None,
        part: str | None = None,
    ) -> Source:
        """A fresh source of the service; ``part`` is another part than that of the suite. One that asks no server
        gets what the catalog would know."""
        part = part or cls.part
        given = {"settings": cls.settings[part]} if part in cls.settings else {}
        made: Source = cls.spec.source_class(part)(cls.service, config, extract, reading=reading, **given)
        if not made.remote:
            made.resolver = cls._stored(config, extract)
        return made

    @classmethod
    def _stored(cls, config: ConnectionConfig, extract: StrictModel | None) -> Resolver:
        """A catalog with the service's metadata, which is crawled once."""
        stored = cls.__dict__.get("_catalog")
        if stored is None or stored[0] is not config:
            found = harvest.entities(lambda: cls.source(config, extract, part=METADATA))
            stored = (config, MemoryResolver.of(event.entity for event in found))
            cls._catalog = stored
        return stored[1]

    @classmethod
    def readable(cls, listing: HarvestedListing) -> list[Item]:
        """The items of a listing that can be read."""
        named = [(item, listing.scope.child(item.name).fqn) for item in listing.items]
        return [item for item, fqn in named if (listing.node.type, fqn) not in cls.unreadable]

    @classmethod
    def topology(cls) -> Topology[Source]:
        """The topology of the part; what lies below its passages has its parents from another part."""
        found: Topology[Source] = cls.spec.source_class(cls.part).topology
        return found

    @classmethod
    def builder(
        cls, config: ConnectionConfig, extract: MetadataExtract, slice_: int = 1000, **reading: Any
    ) -> harvest.Build:
        """What makes sources that read slices of ``slice_`` keys."""
        return lambda: cls.source(config, extract, ReadMode(slice=slice_, **reading))


def sampled(items: Sequence[T], count: int) -> list[T]:
    """At most ``count`` of ``items``, evenly spread, first and last among them."""
    if len(items) <= count:
        return list(items)
    step = (len(items) - 1) / max(1, count - 1)
    return [items[round(at * step)] for at in range(count)]


def leaves(listed: list[HarvestedListing]) -> list[HarvestedListing]:
    """The listings of ranged nodes that are no units: what large units are split into."""
    return [listing for listing in listed if listing.node.ranged and not listing.node.unit]


def kind(produced: Any) -> tuple[str, str]:
    """What a preview must have in common with the listing."""
    return produced.key, produced.reason if isinstance(produced, Outcome) else "item"


def content(event: Found) -> tuple[str, str, str]:
    return event.entity.type_name(), event.entity.fqn, event.entity.content()
