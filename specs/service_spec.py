"""Service specs: what binds a connector's parts. Parts are named lazily, so that a unit imports only what it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from specs.config import ConnectionConfig
from specs.errors import Fatal

PartName = str | type[Any] | None
"""A class, or ``"module:Class"``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """The parts of one connector.

    ``schemes`` are the URLs of ``headrace crawl URL``, and ``drivers`` those of SQLAlchemy that reach the same servers:
    ``postgresql+psycopg2://``. ``driver`` names the importable driver package and ``extra`` the optional dependency
    that installs it.
    ``capabilities`` are words for people and for the planner: ``views``, ``procedures``, ``statistics`` ...
    """

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
        """Import and return a part. Raises ``Fatal`` when it is not bound or its driver is missing."""
        bound = getattr(self, name)
        if bound is None:
            raise Fatal(f"connector {self.name!r} has no {name}", reason="unsupported")
        if not isinstance(bound, str):
            return bound
        module, _, attribute = bound.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            raise self.missing(error) from None

    def missing(self, error: ModuleNotFoundError) -> Exception:
        """What to raise for a module that is not there: the extra to install, or the error itself when it is ours."""
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
