"""The available connectors, with their capabilities and settings."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

from scheduler.recipes.starter import starter
from specs import registry
from specs.service_spec import ServiceSpec


@dataclass(frozen=True, slots=True)
class ConnectorLine:
    """One connector. ``schemes`` are those of its URLs; ``ready``: its driver is installed, or it needs none."""

    name: str
    schemes: list[str]
    driver: str
    extra: str
    ready: bool
    capabilities: list[str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ConnectorDetails(ConnectorLine):
    """``config`` is the JSON Schema of its connection, ``example`` a recipe."""

    config: dict[str, Any]
    example: str


def connectors() -> list[ConnectorLine]:
    """All connectors by name: Headrace's own, and those of other installed packages."""
    return [ConnectorLine(**_line(registry.load(each))) for each in registry.known()]


def connector(name: str) -> ConnectorDetails:
    """Raises ``UsageError`` for an unknown connector, with the known ones."""
    spec = registry.load(name)
    schema, example = spec.config_class().model_json_schema(), starter(name, spec, short=True)
    return ConnectorDetails(**_line(spec), config=schema, example=example)


def _line(spec: ServiceSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "schemes": list(spec.schemes),
        "driver": spec.driver,
        "extra": spec.extra,
        "ready": not spec.driver or find_spec(spec.driver) is not None,
        "capabilities": sorted(spec.capabilities),
    }
