"""A tool that draws dashboards, as its REST API shows it: listings in pages, then one request for each object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import Field

from specs.config import ConnectionConfig
from specs.entities.base import Entity
from specs.entities.services.dashboard import Chart, Dashboard
from specs.errors import Skip
from specs.service_spec import DashboardSpec
from specs.sources.base import Presence
from specs.sources.service import identity
from specs.sources.services.dashboard import DashboardSource
from specs.topology.node import Item, Outcome, Produced
from specs.topology.scope import KeyRange, Scope

_TYPES = {"dashboard": "Dashboard", "chart": "Chart"}


class BoardsConnection(ConnectionConfig):
    """What the tool holds, and how it answers."""

    dashboards: int = Field(default=7, ge=0, description="Dashboards, each with a chart.")
    page: int = Field(default=3, ge=1, description="Names in one page of a listing.")
    denied: tuple[str, ...] = Field(default=(), description="Ids of dashboards that answer 403.")

    def endpoint(self) -> str:
        return "boards:443"


class BoardsSource(DashboardSource):
    """Reads the tool. ``statements`` counts its requests."""

    service_type = "boards"
    config: BoardsConnection

    def identity(self) -> str:
        return self.config.endpoint()

    def dashboards(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._list("dashboard", scope, span)

    def charts(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._list("chart", scope, span)

    def data_models(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        self.statements += 1
        return iter(())

    def _list(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """A page is requested when the one before it is used up; one that is not full is the last."""
        for first in range(0, self.config.dashboards + 1, self.config.page):
            self.statements += 1
            for number in range(first, min(first + self.config.page, self.config.dashboards)):
                name = f"{node[0]}{number:04d}"
                rule = self.extract.rule(f"{node}s", name)
                if name in span and rule is not None:
                    yield Outcome("filtered", _TYPES[node], scope.child(name).fqn, name, rule)
                elif name in span:
                    yield Item(name, name)

    def yield_dashboard(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self.statements += 1
        if item.name in self.config.denied:
            raise Skip("403 Forbidden", scope.fqn, "let the crawler's user see it", reason="denied")
        yield Dashboard(**identity(scope), charts=(Scope(scope.path[:-1]).child(f"c{item.name[1:]}").fqn,))

    def yield_chart(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self.statements += 1
        yield Chart(**identity(scope), chart_type="bar")

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        self.statements += len(names)
        known = {f"{type_[0].lower()}{number:04d}" for number in range(self.config.dashboards)}
        below = len(scope.path) == 1 and scope.name == self.service
        return {name: "yes" if below and name in known and type_ in _TYPES.values() else "no" for name in names}

    def listing_statements(self, node: str, objects: int) -> int:
        return objects // self.config.page + 1

    def object_statements(self, node: str) -> int:
        return 1


spec = DashboardSpec(name="boards", connection=BoardsConnection, metadata_source_class=BoardsSource)
