"""kill -9 on worker processes, again and again: the crawl ends with exactly what an undisturbed one stores."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from scheduler.app.runs.crawl import crawl
from specs.recipe.recipe import Recipe
from tests.chaos.rig import Pooled, check, database, fake, undisturbed, url
from workers.ledger import SqlLedger

pytestmark = pytest.mark.chaos


def test_thirty_kills_lose_nothing(tmp_path: Path) -> None:
    recipe = fake(schemas=30, tables=[340, 6, 500], columns=6, triggers=0.2, procedures=4, latency=60, page=20)
    calm = undisturbed(recipe, tmp_path)
    kills = 0
    while kills < 30:  # a busy machine may be through with a crawl before all of them are done
        folder = tmp_path / f"behind_{kills}"
        folder.mkdir()
        wild = Pooled(recipe, folder, workers=3)
        run = wild.run(wild.killing(30 - kills, seed=20261122 + kills, pause=0.3))
        assert run is not None
        check(folder, "wild", run.id, calm)
        assert wild.kills
        kills += wild.kills


def test_a_key_that_kills_is_found_and_passed_by(tmp_path: Path) -> None:
    where = "estate.db_00.schema_0001.t0000040"
    poison = {"at": "read", "where": where, "action": "kill"}
    recipe = fake(schemas=3, tables=60, columns=2, faults=[poison])
    summary = crawl(recipe, catalog=url(tmp_path, "wild"), workers=2)
    assert (summary.status, summary.reconciles) == ("partial", True)
    assert (summary.entities["Table"].failed, summary.entities["Table"].listed) == (1, 180)
    with database(tmp_path, "wild") as db:
        (failure,) = SqlLedger(db).failures(summary.run)
    assert (failure.fqn, failure.reason) == (where, "poison")


def test_workers_killed_over_a_real_database(tmp_path: Path) -> None:
    source = tmp_path / "source.db"
    connection = sqlite3.connect(source)
    with connection:
        for number in range(700):
            connection.execute(f"CREATE TABLE t{number:05d} (id INTEGER PRIMARY KEY, n{number} REAL)")
    connection.close()
    recipe = Recipe.from_dict({"service": {"name": "files", "type": "sqlite"}, "connection": {"path": str(source)}})
    calm = undisturbed(recipe, tmp_path)
    wild = Pooled(recipe, tmp_path, workers=2)
    run = wild.run(wild.killing(5, seed=7, pause=0.25))
    assert run is not None
    check(tmp_path, "wild", run.id, calm)


def test_workers_that_cannot_start_end_the_run_with_a_word(tmp_path: Path) -> None:
    recipe = fake(schemas=1, tables=3, faults=[{"at": "list", "where": "estate", "node": "database", "action": "exit"}])
    summary = crawl(recipe, catalog=url(tmp_path, "wild"), workers=2)
    assert summary.status in ("failed", "partial")
    assert "worker" in summary.reason
