"""``--only``: one part of a recipe, crawled at once, planned, handed to a cluster, or by the clock."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from scheduler.control.schedules.fires import Firing
from tests.scheduler.cli.commands.calling import Called, called
from workers.ledger import SqlLedger
from workers.schedules import Schedules
from workers.store.database import open_database

RECIPE = """
service: {name: shop, type: "specs.testing.fake:spec"}
connection: {schemas: 2, tables: 3, used: 1.0}
extract: {usage: {window: 2d}}
"""


class Typed:
    """A person with a catalog and a recipe of two parts."""

    def __init__(self, folder: Path) -> None:
        self.catalog = f"sqlite:///{folder / 'c.db'}"
        self.recipe = folder / "shop.yml"
        self.recipe.write_text(RECIPE)

    def __call__(self, *arguments: str) -> Called:
        return called(*arguments, "--catalog", self.catalog)


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    return Typed(tmp_path)


def test_a_crawl_of_one_part(typed: Typed) -> None:
    done = typed("crawl", str(typed.recipe), "--only", "usage", "--json", "--quiet")
    assert (done.code, list(done.json["entities"])) == (0, ["Usage"])
    both = typed("crawl", str(typed.recipe), "--json", "--quiet")
    assert list(both.json["entities"]) == ["Database", "Schema", "Service", "Table", "Usage"]
    assert [run.get("parts") for run in typed("runs", "--json").json] == [["metadata", "usage"], ["usage"]]
    assert list(typed("status", "--json").json["parts"]) == ["metadata", "usage"]
    assert "usage: 3 of 3 units, 6 objects" in typed("status").out


def test_a_plan_of_one_part(typed: Typed) -> None:
    both = called("plan", str(typed.recipe), "--json").json
    alone = called("plan", str(typed.recipe), "--only", "metadata", "--json").json
    assert {unit["part"] for unit in both["units"]} == {"metadata", "usage"}
    assert all("part" not in unit for unit in alone["units"])
    assert 2 * len(alone["units"]) == len(both["units"])
    assert both["entities"]["Usage"]["kept"] == 6
    assert "PART" in called("plan", str(typed.recipe)).out


def test_a_schedule_of_one_part(typed: Typed) -> None:
    added = typed("schedule", "add", "hourly", str(typed.recipe), "--only", "usage", "--cron", "0 * * * *")
    assert added.code == 0, added.err
    assert " usage " in typed("schedule", "list").out
    db = open_database(typed.catalog, create=False)
    try:
        fire = Firing(Schedules(db), clock=time.time).now("hourly")
        assert fire.run is not None
        ledger = SqlLedger(db)
        assert ledger.run(fire.run).parts == ("usage",)
        assert [unit.part for unit in ledger.units(fire.run)] == ["usage"]
    finally:
        db.close()


@pytest.mark.parametrize("command", ["crawl", "plan"])
def test_a_part_that_is_not_there_is_refused(typed: Typed, command: str) -> None:
    refused = called(command, str(typed.recipe), "--only", "profile")
    assert refused.code == 1
    assert "unknown part 'profile'" in refused.err


def test_a_wrong_part_is_told_before_a_password_is_asked_for(typed: Typed) -> None:
    typed.recipe.write_text(RECIPE.replace("used: 1.0", 'used: 1.0, server: "${prompt:server}"'))
    assert "unknown part 'profile'" in typed("crawl", str(typed.recipe), "--only", "profile").err


def test_a_recipe_may_say_it_itself(typed: Typed) -> None:
    typed.recipe.write_text(RECIPE.replace("2d}", "2d}, only: [usage]"))
    done = typed("crawl", str(typed.recipe), "--json", "--quiet")
    assert list(done.json["entities"]) == ["Usage"]
    typed.recipe.write_text(RECIPE.replace("2d}", "2d}, only: [usge]"))
    refused = typed("crawl", str(typed.recipe))
    assert refused.code == 1
    assert "shop.yml:4:" in refused.err
    assert "did you mean 'usage'?" in refused.err


def test_the_choice_stays_with_the_run(typed: Typed) -> None:
    run = typed("crawl", str(typed.recipe), "--only", "usage", "--json", "--quiet").json["run"]
    db = open_database(typed.catalog, create=False)
    try:
        assert json.loads(json.dumps(SqlLedger(db).run(run).recipe))["extract"]["only"] == ["usage"]
    finally:
        db.close()
