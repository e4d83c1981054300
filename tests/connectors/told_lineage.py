"""The lineage of a service, in a form that a test can write down by hand."""

from __future__ import annotations

from typing import Any

from specs import names
from specs.config import ConnectionConfig, MetadataExtract
from specs.entities.lineage import Lineage
from specs.service_spec import METADATA, ServiceSpec
from specs.sources.base import Source
from specs.sources.database.extracts import LineageExtract
from specs.testing import harvest
from specs.testing.resolver import MemoryResolver
from specs.topology.engine import walk
from specs.topology.events import Event, Found, Reported
from specs.topology.node import Outcome

SERVICE = "svc"
TABLES = ""
"""The key of the tables among the columns of a view."""
Told = dict[str, list[str]]


def stored(spec: ServiceSpec, config: ConnectionConfig, **extract: Any) -> MemoryResolver:
    """A catalog with the metadata of a service."""
    selected = MetadataExtract.model_validate(extract)
    found = harvest.entities(lambda: spec.source_class(METADATA)(SERVICE, config, selected))
    return MemoryResolver.of(event.entity for event in found)


def lineage_source(spec: ServiceSpec, config: ConnectionConfig, resolver: MemoryResolver, **settings: Any) -> Source:
    """The lineage source of a service over a catalog."""
    asked = LineageExtract.model_validate(settings)
    made: Source = spec.source_class("lineage")(SERVICE, config, settings=asked)
    made.resolver = resolver
    return made


def events(source: Source) -> list[Event]:
    """The walk of all lineage."""
    try:
        return list(walk(source, source.topology, harvest.root(source, "lineage"), spawn=False))
    finally:
        source.close()


def entities(found: list[Event]) -> dict[str, Lineage]:
    """Lineage by the view's name below the database."""
    made = [event.entity for event in found if isinstance(event, Found)]
    return {local(each.fqn): each for each in made if isinstance(each, Lineage)}


def outcomes(found: list[Event]) -> list[Outcome]:
    return [event.outcome for event in found if isinstance(event, Reported)]


def moves(lineage: Lineage) -> dict[str, Told]:
    """What a body puts into each relation: its tables under ``TABLES``, then the sources of each column, sorted."""
    found: dict[str, Told] = {}
    for flow in lineage.flows:
        made = found[local(flow.target)] = {TABLES: sorted(local(edge.source) for edge in flow.edges)}
        for column in flow.columns:
            made[column.column] = sorted(f"{local(each.source)}.{each.column}" for each in column.sources)
    return found


def told(lineage: Lineage) -> Told:
    """What a view is made of: its tables under ``TABLES``, then the sources of each of its columns, sorted."""
    found: Told = {TABLES: []}
    for flow in lineage.flows:
        assert flow.target == lineage.fqn
        found[TABLES] += sorted(local(edge.source) for edge in flow.edges)
        for column in flow.columns:
            found[column.column] = sorted(f"{local(each.source)}.{each.column}" for each in column.sources)
    return found


def all_told(
    spec: ServiceSpec, config: ConnectionConfig, settings: dict[str, Any] | None = None, **extract: Any
) -> dict[str, Told]:
    """What every view of a service is made of."""
    found = events(lineage_source(spec, config, stored(spec, config, **extract), **(settings or {})))
    assert outcomes(found) == []
    made = entities(found)
    assert {view: each.unresolved for view, each in made.items() if each.unresolved} == {}
    return {view: told(each) for view, each in made.items()}


def local(fqn: str) -> str:
    """A name without service and database."""
    return ".".join(names.split(fqn)[2:])
