"""A run of two parts: together and alone, over failures, kills, retries and deletions, in one process and several."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.history.failures import failures
from scheduler.app.history.runs import runs
from scheduler.app.history.status import status
from scheduler.app.runs.crawl import crawl, resume, retry
from scheduler.app.runs.summary import Summary
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from specs.service_spec import METADATA
from tests.patience import PATIENCE
from workers.catalog import Catalog
from workers.ledger import SqlLedger
from workers.store.database import open_database

Crawl = Callable[..., Summary]
SHAPE = {"schemas": 3, "tables": 8, "columns": 2}
USED = "shop.db_00.schema_0001.t0000003"


def recipe(connection: Mapping[str, Any], *only: str, **more: Any) -> Recipe:
    made = Recipe.from_dict({
        "service": {"name": "shop", "type": "specs.testing.fake:spec"},
        "connection": {**SHAPE, "used": 1.0, **connection},
        "extract": {"usage": True},
        "deletion": {"max_fraction": 1.0},
        **more,
    })  # fmt: skip
    return made.narrowed(only)


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'catalog.db'}"


@pytest.fixture(params=[1, 2])
def crawled(request: pytest.FixtureRequest, place: str) -> Crawl:
    """Crawls in one process, and with children over pipes."""
    return lambda made: crawl(made, catalog=place, workers=request.param)


def states(place: str) -> dict[tuple[str, str], str]:
    """Type, FQN and state of everything in the catalog."""
    db = open_database(place, create=False)
    try:
        with db.read() as conn:
            rows = conn.exec_driver_sql("SELECT type, fqn, state FROM entities").all()
        return {(row.type, row.fqn): row.state for row in rows}
    finally:
        db.close()


def count(summary: Summary) -> dict[str, int]:
    return {type_: tally.emitted for type_, tally in summary.entities.items() if tally.listed}


def killed(made: Recipe, place: str) -> None:
    """Crawl in a process that a fault kills."""
    code = (
        "from scheduler.app.runs.crawl import crawl\nfrom specs.recipe.recipe import Recipe\n"
        f"crawl(Recipe.from_dict({made.to_dict()!r}), catalog={place!r})"
    )
    died = subprocess.run([sys.executable, "-c", code], timeout=PATIENCE, check=False)
    assert died.returncode == -9


def test_a_run_has_what_its_parts_have_alone(crawled: Crawl, place: str) -> None:
    both = crawled(recipe({}))
    assert both.status == "complete"
    assert count(both) == {"Service": 1, "Database": 1, "Schema": 3, "Table": 24, "Usage": 24}
    together = states(place)
    again = crawled(recipe({}, "usage"))
    assert again.status == "complete"
    assert {type_: tally.unchanged for type_, tally in again.entities.items()} == {"Usage": 24}
    assert states(place) == together


def test_a_part_alone_needs_no_other(crawled: Crawl, place: str) -> None:
    assert count(crawled(recipe({}, "usage"))) == {"Usage": 24}
    assert {type_ for type_, _ in states(place)} == {"Usage"}
    assert count(crawled(recipe({}, METADATA))) == {"Service": 1, "Database": 1, "Schema": 3, "Table": 24}
    assert set(states(place).values()) == {"live"}


def test_the_metadata_is_stored_before_another_part_begins(crawled: Crawl, place: str) -> None:
    run = crawled(recipe({})).run
    db = open_database(place, create=False)
    with db.read() as conn:
        rows = conn.exec_driver_sql(
            "SELECT part, min(claimed_at) AS first, max(claimed_at) AS last FROM units GROUP BY part"
        ).all()
    units = list(SqlLedger(db).units(run))
    db.close()
    claimed = {row.part: (row.first, row.last) for row in rows}
    assert claimed[METADATA][1] <= claimed["usage"][0]
    assert {unit.part for unit in units} == {METADATA, "usage"}
    places = [(unit.node, unit.scope, unit.span) for unit in units]
    assert len(places) == 2 * len(set(places)), "both parts walk the same places, as units of their own"


def test_what_fails_in_one_part_is_retried_there(place: str, tmp_path: Path) -> None:
    state = str(tmp_path / "faults")
    faults = [
        {
            "at": "list",
            "where": "shop.db_00.schema_0002",
            "node": "usage",
            "part": "usage",
            "action": "stop",
            "times": 1,
        },
        {"at": "build", "where": USED, "action": "skip"},
    ]
    faults = [{**fault, "part": "usage", "times": 1} for fault in faults]
    partial = crawl(recipe({"faults": faults, "state": state}), catalog=place)
    assert partial.status == "partial"
    assert [(each.part, each.node) for each in partial.incomplete_scopes] == [("usage", "usage")]
    assert partial.entities["Table"].emitted == 24
    mended = retry(partial.run, catalog=place)
    assert mended.status == "complete"
    assert count(mended) == {"Usage": 9}
    db = open_database(place, create=False)
    assert {unit.part for unit in SqlLedger(db).units(mended.run)} == {"usage"}
    db.close()
    assert set(states(place).values()) == {"live"}


def refused(part: str, node: str, where: str, times: int | None = None) -> dict[str, Any]:
    return {"at": "list", "where": where, "node": node, "part": part, "action": "fatal", "times": times}


@pytest.mark.parametrize(("node", "where"), [("schema", "shop.db_00"), ("usage", "shop.db_00.schema_0001")])
def test_what_ends_another_part_leaves_the_metadata(
    crawled: Crawl, place: str, tmp_path: Path, node: str, where: str
) -> None:
    crawled(recipe({}, METADATA))
    fault = refused("usage", node, where, times=1)
    ended = crawled(recipe({"dropped": [USED], "faults": [fault], "state": str(tmp_path / "faults")}))
    assert (ended.status, ended.exit_code) == ("partial", 3)
    assert "(usage): the server refuses us" in ended.reason
    assert ended.missing == {"Table": 1}, "what was listed was listed to its end"
    assert {each.part for each in ended.incomplete_scopes} == {"usage"}
    mended = retry(ended.run, catalog=place)
    assert (mended.status, count(mended)) == ("complete", {"Usage": 23})


def test_what_ends_the_first_part_ends_the_run(crawled: Crawl) -> None:
    for made in (recipe({"faults": [refused(METADATA, "table", "shop.db_00.schema_0001")]}),
                 recipe({"faults": [refused("usage", "usage", "shop.db_00.schema_0001")]}, "usage")):  # fmt: skip
        ended = crawled(made)
        assert (ended.status, ended.exit_code) == ("failed", 2)
        assert ended.reason.startswith("the server refuses us")


@pytest.mark.parametrize("part", [METADATA, "usage"])
@pytest.mark.parametrize("at", ["build", "list"])
def test_a_killed_child_costs_nothing_of_either_part(place: str, tmp_path: Path, part: str, at: str) -> None:
    node = "table" if part == METADATA else "usage"
    where = USED if at == "build" else USED.rpartition(".")[0]
    fault = {"at": at, "where": where, "node": node, "part": part, "action": "kill", "times": 1, "after": 0}
    done = crawl(recipe({"faults": [fault], "state": str(tmp_path / "faults")}), catalog=place, workers=2)
    assert done.status == "complete"
    assert count(done) == {"Service": 1, "Database": 1, "Schema": 3, "Table": 24, "Usage": 24}


@pytest.mark.parametrize("part", [METADATA, "usage"])
def test_a_killed_crawl_is_resumed_where_it_was(place: str, tmp_path: Path, part: str) -> None:
    fault = {"at": "build", "where": USED, "part": part, "action": "kill", "times": 1}
    killed(recipe({"faults": [fault], "state": str(tmp_path / "faults")}), place)
    db = open_database(place, create=False)
    (run,) = SqlLedger(db).runs()
    db.close()
    assert run.open
    done = resume(run.id, catalog=place)
    assert done.status == "complete"
    assert count(done) == {"Service": 1, "Database": 1, "Schema": 3, "Table": 24, "Usage": 24}


# -- deletion ---------------------------------------------------------------------------------------------------------
def test_only_the_part_that_lists_an_object_can_miss_it(crawled: Crawl, place: str) -> None:
    crawled(recipe({}))
    table, usage = ("Table", USED), ("Usage", USED)
    assert crawled(recipe({"dropped": [USED]}, "usage")).missing == {"Usage": 1}
    assert (states(place)[table], states(place)[usage]) == ("live", "missing")
    crawled(recipe({}))
    assert set(states(place).values()) == {"live"}
    assert crawled(recipe({"dropped": [USED]}, METADATA)).missing == {"Table": 1}
    assert (states(place)[table], states(place)[usage]) == ("missing", "live")


def test_both_parts_ask_their_own_source_and_delete(crawled: Crawl, place: str) -> None:
    crawled(recipe({}))
    assert crawled(recipe({"unused": [USED]})).missing == {"Usage": 1}
    assert states(place)["Table", USED] == "live"
    assert crawled(recipe({"unused": [USED]})).deleted == {"Usage": 1}
    assert crawled(recipe({"dropped": [USED]})).missing == {"Table": 1}
    assert "Trigger" not in {type_ for type_, _ in states(place)}


def test_what_tells_of_an_object_takes_nothing_with_it(place: str) -> None:
    shape = {"triggers": 1.0, "views": 0.0}
    crawl(recipe(shape), catalog=place)
    assert crawl(recipe({**shape, "unused": [USED]}), catalog=place).missing == {"Usage": 1}
    assert states(place)["Trigger", f"{USED}.stamp"] == "live"
    assert crawl(recipe({**shape, "dropped": [USED]}), catalog=place).missing == {"Table": 1, "Trigger": 1}


def test_a_passage_that_fails_keeps_its_part_alone_from_deleting(place: str) -> None:
    crawl(recipe({}), catalog=place)
    gone = "shop.db_00.schema_0002"
    fault = {"at": "list", "where": "shop.db_00", "node": "schema", "part": "usage", "action": "stop"}
    partial = crawl(recipe({"dropped": [gone], "faults": [fault]}), catalog=place)
    assert partial.status == "partial"
    assert partial.missing["Schema"] == 1
    assert partial.missing["Table"] == 8
    assert states(place)["Usage", USED] == "live"


def test_another_part_is_no_newer_look(place: str) -> None:
    held = {"max_fraction": 0.0, "max_objects": 0}
    crawl(recipe({}), catalog=place)
    waiting = crawl(recipe({"dropped": [USED]}, METADATA, deletion=held), catalog=place)
    assert waiting.waiting == {"Table": 1}
    crawl(recipe({}, "usage"), catalog=place)
    assert approved(place, waiting.run) == {"Table": 1}


def test_a_newer_look_of_the_same_part_comes_first(place: str) -> None:
    held = {"max_fraction": 0.0, "max_objects": 0}
    crawl(recipe({}), catalog=place)
    waiting = crawl(recipe({"dropped": [USED]}, "usage", deletion=held), catalog=place)
    crawl(recipe({}), catalog=place)
    with pytest.raises(UsageError, match="newer run"):
        approved(place, waiting.run)


def approved(place: str, run: str) -> dict[str, int]:
    db = open_database(place, create=False)
    try:
        return Catalog(db).approve(run)
    finally:
        db.close()


# -- what is told -----------------------------------------------------------------------------------------------------
def test_parts_are_told_where_there_are_others_than_metadata(place: str) -> None:
    fault = {"at": "build", "where": USED, "part": "usage", "action": "skip"}
    alone, both = crawl(recipe({}, METADATA), catalog=place), crawl(recipe({"faults": [fault]}), catalog=place)
    assert "parts" not in status(place, alone.run).as_json()
    told = status(place, both.run).as_json()["parts"]
    assert [(part, each["objects"], each["units"] - each["ended"]) for part, each in told.items()] == [
        (METADATA, 29, 0), ("usage", 24, 0)
    ]  # fmt: skip
    assert [line.as_json().get("parts") for line in runs(place)] == [(METADATA, "usage"), None]
    (failure,) = failures(place, both.run).objects
    assert failure.as_json()["part"] == "usage"
    assert "part" not in failure._replace(part=METADATA).as_json()


# -- catalogs from before there were parts ----------------------------------------------------------------------------
BEFORE = (
    "DROP TABLE fed_targets",
    "DROP TABLE lineage_edges",
    "DROP TABLE lineage_columns",
    "DROP INDEX units_held",
    "DROP INDEX coverage_run",
    "ALTER TABLE units DROP COLUMN part",
    "ALTER TABLE coverage DROP COLUMN part",
    "CREATE INDEX coverage_run ON coverage (run, node, scope, n)",
    "UPDATE alembic_version SET version_num = '0003'",
)


def test_a_run_that_was_open_when_parts_came_goes_on(place: str, tmp_path: Path) -> None:
    fault = {"at": "build", "where": USED, "action": "kill", "times": 1}
    killed(recipe({"faults": [fault], "state": str(tmp_path / "faults")}, METADATA), place)
    db = open_database(place, create=False)
    (run,) = SqlLedger(db).runs()
    with db.write() as conn:
        for statement in BEFORE:
            conn.exec_driver_sql(statement)
    db.close()
    done = resume(run.id, catalog=place)
    assert done.status == "complete"
    assert count(done) == {"Service": 1, "Database": 1, "Schema": 3, "Table": 24}
