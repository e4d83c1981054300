"""A crawl with lineage into OpenMetadata, DataHub and OpenLineage: edges come and go there as in the catalog."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from tests.servers.catalogs import DataHub, OpenMetadata
from tests.servers.openlineage import OpenLineage
from tests.servers.receiver import Fault, Receiver, Request, Work
from workers.sinks.datahub.urns import UrnNames

ESTATE = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL);
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE VIEW sums AS SELECT o.id, sum(amount) AS total FROM orders o JOIN customers c ON c.id = o.id GROUP BY 1;
CREATE VIEW "odd.best" AS SELECT max(total) AS most FROM sums;
"""
NAMES = UrnNames("sqlite", "PROD", None)
Edges = set[tuple[str, str]]
EDGES: Edges = {("orders", "sums"), ("customers", "sums"), ("sums", "odd.best")}


class Receivers:
    """The three catalogs, and the edges that each knows."""

    def __init__(self) -> None:
        self.metadata, self.hub, self.open = Receiver(OpenMetadata()), Receiver(DataHub()), Receiver(OpenLineage())

    def stop(self) -> None:
        for each in self.all:
            each.stop()

    @property
    def all(self) -> list[Receiver]:
        return [self.metadata, self.hub, self.open]

    @property
    def sinks(self) -> list[dict[str, str]]:
        return [
            {"type": "openmetadata", "url": f"{self.metadata.url}/api"}, {"type": "datahub", "url": self.hub.url},
            {"type": "openlineage", "url": self.open.url},
        ]  # fmt: skip

    @property
    def in_openmetadata(self) -> Edges:
        work = self.metadata.work
        assert isinstance(work, OpenMetadata)
        return {(_last(start), _last(end)) for start, end in work.lineage()}

    @property
    def in_datahub(self) -> Edges:
        work = self.hub.work
        assert isinstance(work, DataHub)
        return {
            (_name(each["dataset"]), _name(urn))
            for urn, aspects in work.live().items()
            for each in aspects.get("upstreamLineage", {}).get("upstreams", ())
        }

    @property
    def in_openlineage(self) -> Edges:
        work = self.open.work
        assert isinstance(work, OpenLineage)
        return {
            (_last(start["name"]), _last(end["name"]))
            for event in work.jobs.values()
            for start in event["inputs"]
            for end in event["outputs"]
        }


def _last(name: str) -> str:
    """The name of a table: what stands behind its schema."""
    return name.replace('"', "").partition("main.")[2].removeprefix("main.")


def _name(urn: str) -> str:
    return urn.split(",")[1].removeprefix("main.")


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    found = Receivers()
    yield found
    found.stop()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


def crawled(receivers: Receivers, shop: Path, statements: str = "") -> Summary:
    """Change the source, and crawl it into all receivers."""
    with closing(sqlite3.connect(shop)) as connection:
        connection.executescript(statements)
    recipe = Recipe.from_dict({
        "service": {"name": "shop", "type": "sqlite"}, "connection": {"path": str(shop)},
        "extract": {"lineage": True}, "deletion": {"max_fraction": 1.0}, "sinks": receivers.sinks,
    })  # fmt: skip
    return crawl(recipe, catalog=f"sqlite:///{shop.with_name('catalog.db')}")


@pytest.mark.chaos  # a sink that is away is waited for
def test_what_receivers_missed_is_caught_up_with(receivers: Receivers, shop: Path) -> None:
    assert crawled(receivers, shop, ESTATE).exit_code == 0
    for each in receivers.all:
        each.stop()
    missed = crawled(receivers, shop, "DROP VIEW sums; CREATE VIEW sums AS SELECT id, amount AS total FROM orders;")
    assert (missed.status, missed.exit_code, len(missed.sink_errors)) == ("complete", 4, 3)
    for each in receivers.all:
        each.start()
    assert crawled(receivers, shop, "CREATE VIEW more AS SELECT name FROM customers").exit_code == 0
    found = EDGES - {("customers", "sums")} | {("customers", "more")}
    assert receivers.in_openmetadata == receivers.in_datahub == receivers.in_openlineage == found


def test_lineage_that_is_refused_costs_no_other(receivers: Receivers, shop: Path) -> None:
    hub = receivers.hub.work

    def refusing(accepted: Work, *pieces: bytes) -> Work:
        def answer(request: Request) -> tuple[int, Any]:
            return (400, {"message": "no"}) if all(each in request.body for each in pieces) else accepted(request)

        return answer

    receivers.hub.work = refusing(hub, b"upstreamLineage", b"odd.best")
    assert crawled(receivers, shop, ESTATE).reconciles
    receivers.hub.work = hub
    rest = EDGES - {("sums", "odd.best")}
    assert (receivers.in_datahub, receivers.in_openmetadata, receivers.in_openlineage) == (rest, EDGES, EDGES)


def test_edges_come_and_go(receivers: Receivers, shop: Path) -> None:
    receivers.metadata.faults = [*[None] * 9, Fault("die"), None, Fault(status=503)]
    receivers.hub.faults = [None, Fault("die")]
    receivers.open.faults = [None, Fault("die"), Fault(status=503)]

    def changed(statements: str) -> None:
        summary = crawled(receivers, shop, statements)
        assert (summary.exit_code, summary.sink_errors) == (0, [])

    changed(ESTATE)
    assert receivers.in_openmetadata == receivers.in_datahub == receivers.in_openlineage == EDGES
    changed("DROP VIEW sums; CREATE VIEW sums AS SELECT id, amount AS total FROM orders;")
    less = EDGES - {("customers", "sums")}
    assert receivers.in_openmetadata == receivers.in_datahub == receivers.in_openlineage == less
    changed('DROP VIEW "odd.best"')
    changed("")
    changed("")
    less -= {("sums", "odd.best")}
    assert receivers.in_datahub == receivers.in_openlineage == less
    assert {edge for edge in receivers.in_openmetadata if edge[1] != "odd.best"} == less  # of a view that is gone, too
