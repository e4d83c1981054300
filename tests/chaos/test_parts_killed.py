"""kill -9 on worker processes while a run of several parts goes on: all end as if nobody had disturbed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.app.runs.crawl import crawl
from specs.recipe.recipe import Recipe
from tests.chaos.rig import FAKE, Pooled, check, database, undisturbed, url
from tests.workers.lineage.told import stored_edges, told_edges
from workers.ledger import SqlLedger

pytestmark = pytest.mark.chaos


def all_parts(**connection: object) -> Recipe:
    return Recipe.from_dict({
        "service": {"name": "estate", "type": FAKE}, "connection": connection,
        "extract": {"usage": True, "lineage": True},
    })  # fmt: skip


def test_kills_lose_nothing_of_any_part(tmp_path: Path) -> None:
    recipe = all_parts(schemas=20, tables=[300, 10, 130], columns=3, used=0.7, latency=40, page=20)
    calm = undisturbed(recipe, tmp_path)
    wild = Pooled(recipe, tmp_path, workers=3)
    run = wild.run(wild.killing(12, seed=20261130, pause=0.3))
    assert run is not None
    assert wild.kills
    check(tmp_path, "wild", run.id, calm)
    with database(tmp_path, "wild") as db:
        assert {unit.part for unit in SqlLedger(db).units(run.id)} == {"metadata", "usage", "lineage"}
        assert stored_edges(db) == told_edges(db)


def test_a_key_that_kills_is_poison_in_its_part_alone(tmp_path: Path) -> None:
    where = "estate.db_00.schema_0001.t0000040"
    recipe = all_parts(
        schemas=3, tables=60, columns=2, used=1.0,
        faults=[{"at": "read", "where": where, "action": "kill", "part": "usage"}],
    )  # fmt: skip
    summary = crawl(recipe, catalog=url(tmp_path, "wild"), workers=2)
    assert (summary.status, summary.reconciles) == ("partial", True)
    assert (summary.entities["Table"].failed, summary.entities["Table"].listed) == (0, 180)
    assert (summary.entities["Usage"].failed, summary.entities["Usage"].listed) == (1, 180)
    with database(tmp_path, "wild") as db:
        (failure,) = SqlLedger(db).failures(summary.run)
    assert (failure.part, failure.type, failure.fqn, failure.reason) == ("usage", "Usage", where, "poison")
