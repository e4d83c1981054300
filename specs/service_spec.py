"""Service specs: the binding of a connector's parts. Parts are named as text and imported when they are first used, so
that a unit imports only what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from specs.config import ConnectionConfig, StrictModel
from specs.errors import Fatal
from specs.exports import imported

PartName = str | type[Any] | None
"""A class, or ``"module:Class"``."""
METADATA = "metadata"
"""The part that every other one builds on: what exists, and what it looks like."""
SOURCES = {
    METADATA: "metadata_source_class",
    "lineage": "lineage_source_class",
    "usage": "usage_source_class",
}
"""The parts that are walked, in the order in which a run shows them, and the field of the spec that binds each."""


class BoundPart(NamedTuple):
    """One part of a service: its source class, which has its topology, and the model of its ``extract`` section."""

    source: PartName
    extract: PartName


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """The parts of one connector.

    ``schemes`` are the URLs of ``headrace crawl URL``, and ``drivers`` those of SQLAlchemy that reach the same servers:
    ``postgresql+psycopg2://``. ``driver`` names the importable driver package and ``extra`` the optional dependency
    that installs it.
    ``capabilities`` are words for people and for the planner: ``views``, ``procedures``, ``statistics`` ...
    """

    EXTRACTS: ClassVar[Mapping[str, PartName]] = {}
    """The models of the ``extract`` sections, by part. A part that is not named here has no settings."""

    name: str
    connection: PartName
    metadata_source_class: PartName = None
    lineage_source_class: PartName = None
    usage_source_class: PartName = None
    profiler_class: PartName = None
    sampler_class: PartName = None
    schemes: tuple[str, ...] = ()
    drivers: frozenset[str] = frozenset()
    driver: str = ""
    extra: str = ""
    capabilities: frozenset[str] = field(default_factory=frozenset)

    def part(self, name: str) -> Any:
        """Import and return the object that a field names. Raises ``Fatal`` when the field is empty, or the driver is
        not installed."""
        bound = getattr(self, name)
        if bound is None:
            raise Fatal(f"connector {self.name!r} has no {name}", reason="unsupported")
        return self._found(bound)

    @property
    def parts(self) -> dict[str, BoundPart]:
        """The parts that a recipe may ask for, by name; nothing is imported."""
        bound = {part: getattr(self, name) for part, name in SOURCES.items()}
        return {
            part: BoundPart(source, self.EXTRACTS.get(part, StrictModel))
            for part, source in bound.items()
            if source is not None
        }

    def source_class(self, part: str) -> Any:
        """The source class of a part. Raises ``Fatal`` when the connector has no such part or its driver is missing."""
        parts = self.parts
        if part not in parts:
            has = ", ".join(parts) or "none"
            raise Fatal(f"connector {self.name!r} has no part {part!r}", remedy=f"it has: {has}", reason="unsupported")
        return self._found(parts[part].source)

    def extract_model(self, part: str) -> type[StrictModel]:
        """The model of a part's ``extract`` section, of a part that the connector has."""
        found: type[StrictModel] = self._found(self.parts[part].extract)
        return found

    def _found(self, bound: Any) -> Any:
        try:
            return imported(bound)
        except ModuleNotFoundError as error:
            raise self.missing(error) from None

    def missing(self, error: ModuleNotFoundError) -> Exception:
        """The error to raise for a missing module: a ``Fatal`` that names the extra to install when the module is the
        driver's, else the given error."""
        if self.extra and (error.name or "").split(".")[0] == self.driver:
            return Fatal(
                f"connector {self.name!r} needs the driver {self.driver!r}",
                remedy=f"install it with: pip install 'headrace[{self.extra}]'",
                reason="driver",
            )
        return error

    def config_class(self) -> type[ConnectionConfig]:
        found: type[ConnectionConfig] = self.part("connection")
        return found


class DefaultDatabaseSpec(ServiceSpec):
    """A database connector. ``profiler_class`` and ``sampler_class`` are ``None`` as long as none is bound: profiling
    answers with ``Fatal`` (unsupported) until then."""

    __slots__ = ()
    EXTRACTS: ClassVar[Mapping[str, PartName]] = {
        METADATA: "specs.config:MetadataExtract",
        "lineage": "specs.sources.database.extracts:LineageExtract",
        "usage": "specs.sources.database.extracts:UsageExtract",
    }


class DashboardSpec(ServiceSpec):
    """A connector of a tool that draws dashboards."""

    __slots__ = ()
    EXTRACTS: ClassVar[Mapping[str, PartName]] = {METADATA: "specs.sources.services.dashboard:DashboardExtract"}
