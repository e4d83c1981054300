"""One crawl of a dialect, in this process: entities by name, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

import pytest

from connectors.common.sql.inspector.metadata import InspectorSource
from connectors.sqlalchemy.connection import SqlalchemyConnection
from specs.entities.base import Entity
from specs.entities.database.tables import Column, Table
from specs.testing import harvest
from specs.topology.engine import walk
from specs.topology.events import Covered, Found, Reported
from specs.topology.node import Outcome


class Crawled(NamedTuple):
    entities: dict[str, Entity]
    outcomes: list[Outcome]
    incomplete: list[str]

    def table(self, fqn: str) -> Table:
        found = self.entities[fqn]
        assert isinstance(found, Table)
        return found

    def columns(self, fqn: str) -> dict[str, Column]:
        return {each.name: each for each in self.table(fqn).columns}

    @property
    def names(self) -> set[str]:
        """Of tables and views, without the service."""
        return {fqn.partition(".")[2] for fqn, each in self.entities.items() if isinstance(each, Table)}


def needs(*modules: str) -> None:
    """Skip, saying what to do, where a package is not installed."""
    missing = [each for each in modules if find_spec(each.partition(".")[0]) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; make test-dialects installs it", allow_module_level=True)


def crawl(url: str, **settings: Any) -> Crawled:
    return crawl_of(lambda: InspectorSource("s", SqlalchemyConnection(url=url, **settings)))


def crawl_of(build: Callable[[], InspectorSource]) -> Crawled:
    source = build()
    found = Crawled({}, [], [])
    try:
        for event in walk(source, source.topology, harvest.root(source), spawn=False):
            if isinstance(event, Found):
                found.entities[event.entity.fqn] = event.entity
            elif isinstance(event, Reported):
                found.outcomes.append(event.outcome)
            elif isinstance(event, Covered) and event.coverage.error is not None:
                found.incomplete.append(event.coverage.error)
    finally:
        source.close()
    return found
