"""What is logged while a unit is worked on names its run, the unit and the fence."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.app.runs.crawl import crawl
from specs.recipe.recipe import Recipe
from workers.ledger import SqlLedger
from workers.process.logs import Json
from workers.store.database import open_database


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log as a cluster's process writes it."""
    stream, log = io.StringIO(), logging.getLogger("headrace")
    handler, level = logging.StreamHandler(stream), log.level
    handler.setFormatter(Json("worker"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield stream
    log.removeHandler(handler)
    log.setLevel(level)


def test_a_unit_that_loses_its_source(lines: io.StringIO, tmp_path: Path) -> None:
    fault = {"at": "list", "where": "shop.db_00.schema_0000", "action": "retry", "times": 2}
    recipe = Recipe.from_dict({
        "service": {"name": "shop", "type": "specs.testing.fake:spec"},
        "connection": {"schemas": 1, "tables": 5, "faults": [fault], "state": str(tmp_path / "state")},
    })  # fmt: skip
    url = f"sqlite:///{tmp_path}/c.db"
    assert crawl(recipe, catalog=url).status == "complete"
    db = open_database(url)
    (run,) = SqlLedger(db).runs()
    units = {unit.id for unit in SqlLedger(db).units(run.id)}
    db.close()
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [each for each in told if each["message"].startswith("tried again: ")]
    for each in told:
        if each["logger"] == "headrace.worker":
            assert each["run"] == run.id
            assert each["unit"] in units
            assert int(each["fence"])
