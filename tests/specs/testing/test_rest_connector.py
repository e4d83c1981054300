"""A source with one request per object passes the suite of connectors, within the statements that it declares."""

from pathlib import Path
from typing import ClassVar

import pytest

from scheduler.app.plan import make
from scheduler.app.runs.crawl import crawl
from specs.recipe.recipe import Recipe
from specs.service_spec import METADATA, DashboardSpec
from specs.sources.services.dashboard import DashboardExtract
from specs.testing import harvest
from specs.testing.connector import ConnectorSuite
from tests.specs.testing.boards import BoardsConnection, BoardsSource, spec
from workers.ledger import SqlLedger
from workers.store.database import open_database


class TestBoards(ConnectorSuite):
    spec = spec
    samples = 20

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls) -> BoardsConnection:
        return BoardsConnection()


class TestBoardsWithOneThatCannotBeRead(TestBoards):
    unreadable: ClassVar = {("Dashboard", "suite.d0002"): "denied"}

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls) -> BoardsConnection:
        return BoardsConnection(denied=("d0002",))


class Greedy(BoardsSource):
    """Declares less than it sends."""

    def object_statements(self, node: str) -> int:
        return 0


class GreedySuite(TestBoards):
    spec = DashboardSpec(name="greedy", connection=BoardsConnection, metadata_source_class=Greedy)
    __test__ = False


def test_more_requests_than_declared_are_noticed() -> None:
    config, extract = BoardsConnection(), DashboardExtract()
    listed = harvest.listings(GreedySuite.source(config, extract))
    with pytest.raises(AssertionError, match="statements for chart"):
        GreedySuite().test_statements_are_names_plus_facets_per_slice(config, extract, listed, 1000)


def test_an_object_that_cannot_be_read_is_an_outcome_of_its_run(tmp_path: Path) -> None:
    recipe = Recipe.from_dict({
        "service": {"name": "boards", "type": "tests.specs.testing.boards:spec"},
        "connection": {"denied": ["d0002"]},
        "extract": {"metadata": {"charts": {"exclude": ["c0006"]}}},
    })  # fmt: skip
    place = f"sqlite:///{tmp_path / 'catalog.db'}"
    done = crawl(recipe, catalog=place)
    assert (done.status, done.reconciles) == ("partial", True)
    boards, charts = done.entities["Dashboard"], done.entities["Chart"]
    assert (boards.listed, boards.emitted, boards.failed) == (7, 6, 1)
    assert (charts.listed, charts.emitted, charts.filtered) == (7, 6, 1)
    db = open_database(place, create=False)
    (failure,) = SqlLedger(db).failures(done.run)
    db.close()
    assert (failure.type, failure.fqn, failure.reason) == ("Dashboard", "boards.d0002", "denied")
    source = BoardsSource("boards", BoardsConnection(), recipe.extract.metadata)
    plan = make({METADATA: source}, "boards", "boards")
    assert plan.statements >= done.statements, "the plan counts a request for each object"
    assert plan.entities["Chart"].filtered == 1
