"""A listing that is computed from all that it reads is read once, however long or large its unit turns out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.control.openings import root_of
from specs.contracts.assignment import UnitBudget
from specs.recipe.recipe import Recipe
from specs.service_spec import DefaultDatabaseSpec
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.events import Start
from specs.topology.node import Node, Produced, Topology
from specs.topology.scope import KeyRange, Scope
from tests.scheduler.app.runs.test_lineage_runs import execute
from tests.scheduler.app.runs.test_logged_lineage import ESTATE, LOAD, log
from tests.scheduler.app.runs.test_logged_lineage import recipe as logged
from tests.scheduler.app.usage import logged as used
from tests.workers.unit.test_unit_sizes import crawl
from workers.catalog.questions.resolver import CatalogResolver
from workers.ledger import SqlLedger
from workers.store.database import open_database

LONG = [UnitBudget(seconds=0.0), UnitBudget(objects=5)]
SCHEMA = Start("schema", Scope.of("shop", "db_00", "schema_0000"), ["schema_0000", "schema_0000", {}, None])
LARGE = replace(SCHEMA, item=["schema_0000", "schema_0000", {}, 20_000], estimate=20_000)
LISTING = Start("table", SCHEMA.scope)


def computed(node: Node[FakeSource]) -> Node[FakeSource]:
    """The node with a listing of tables below it that is read as a whole."""
    return replace(node, whole=node.name == "table", children=tuple(computed(child) for child in node.children))


class ComputedSource(FakeSource):
    """Writes down each reading of its tables, in its folder."""

    topology = Topology(computed(FakeSource.topology.root))

    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        assert isinstance(self.config, FakeConnection)
        with Path(str(self.config.state)).open("a") as readings:
            readings.write(f"{scope.fqn}\n")
        yield from super().tables(scope, span)


spec = DefaultDatabaseSpec(name="computed", connection=FakeConnection, metadata_source_class=ComputedSource)


@pytest.mark.parametrize("budget", LONG, ids=["long", "fat"])
@pytest.mark.parametrize("root", [SCHEMA, LARGE, LISTING], ids=["below a schema", "large", "by itself"])
def test_a_whole_listing_is_read_to_its_end_by_one_unit(root: Start, budget: UnitBudget, tmp_path: Path) -> None:
    made = Recipe.from_dict({
        "service": {"name": "shop", "type": f"{__name__}:spec"},
        "connection": {"schemas": 1, "tables": 40, "columns": 1, "views": 0, "state": str(tmp_path / "readings")},
    })  # fmt: skip
    with open_database(f"sqlite:///{tmp_path}/c.db") as db:
        ledger = SqlLedger(db)
        run, units = crawl(ledger, made, budget, root)
        assert run.state == "complete"
        assert ledger.counts(run.id)["Table"]["emitted"] == 40
        assert [unit for unit in units if unit.node == "table"] == [unit for unit in units if root is LISTING]
    assert (tmp_path / "readings").read_text() == "shop.db_00.schema_0000\n"


def test_a_long_log_is_read_once_and_is_known_as_read(tmp_path: Path) -> None:
    execute(tmp_path / "shop.db", ESTATE)
    log(tmp_path, LOAD, "INSERT INTO archive SELECT * FROM daily")
    asked = logged(tmp_path)
    with open_database(f"sqlite:///{tmp_path}/c.db") as db:
        ledger = SqlLedger(db)
        crawl(ledger, asked)
        run, units = crawl(
            ledger, asked, UnitBudget(seconds=0.0), root_of(asked, "lineage"), resolver=CatalogResolver(db)
        )
        assert run.state == "complete"
        assert ledger.counts(run.id)["LineageLog"]["listed"] == 1
        assert not {unit.node for unit in units} & {"logged_lineage", "log_watermark"}
        mark = CatalogResolver(db).statistics("LogWatermark", "shop.query log.watermark")
        assert json.loads(mark or "{}")["seal"]


def test_a_long_day_of_a_log_is_read_by_one_unit(tmp_path: Path) -> None:
    asked = used.recipe(tmp_path)
    used.log(tmp_path, [(0.1, "ann", "SELECT id FROM orders"), (0.1, "bob", "SELECT id FROM customers")])
    with open_database(f"sqlite:///{tmp_path}/c.db") as db:
        ledger = SqlLedger(db)
        crawl(ledger, asked)
        run, units = crawl(
            ledger, asked, UnitBudget(seconds=0.0), root_of(asked, "usage"), resolver=CatalogResolver(db)
        )
        assert run.state == "complete"
        assert ledger.counts(run.id)["Usage"]["listed"] == 2
        assert {unit.node for unit in units} == {"service", "day"}
