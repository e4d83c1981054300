"""Runs that read lineage: with their metadata and alone, in one process and several, over changes and bad texts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.history.failures import failures
from scheduler.app.plan import plan
from scheduler.app.runs.crawl import crawl, retry
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from workers.catalog import Catalog
from workers.store.database import open_database

ESTATE = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL);
CREATE VIEW sums AS SELECT id, sum(amount) AS total FROM orders GROUP BY id;
CREATE VIEW best AS SELECT max(total) AS most FROM sums;
"""
Crawl = Callable[[Recipe], Summary]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "shop.db"
    execute(made, ESTATE)
    return made


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'catalog.db'}"


@pytest.fixture(params=[1, 2])
def crawled(request: pytest.FixtureRequest, place: str) -> Crawl:
    """Crawls in one process, and with children over pipes."""
    return lambda recipe: crawl(recipe, catalog=place, workers=request.param)


def execute(file: Path, statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(statements)


def recipe(file: Path, lineage: Any = True) -> Recipe:
    return Recipe.from_dict({
        "service": {"name": "shop", "type": "sqlite"}, "connection": {"path": str(file)},
        "extract": {"lineage": lineage}, "deletion": {"max_fraction": 1.0},
    })  # fmt: skip


def exported(place: str) -> dict[str, dict[str, Any]]:
    """Lineage as the catalog tells it, by the view's name."""
    db = open_database(place, create=False)
    try:
        lines = map(json.loads, Catalog(db).export())
        return {each["name"]: each for each in lines if each["type"] == "Lineage"}
    finally:
        db.close()


def sources(place: str) -> dict[str, list[str]]:
    """The columns of each view with the columns that they are made of."""
    return {
        f"{name}.{column['column']}": [
            f"{each['source'].rpartition('.')[2]}.{each['column']}" for each in column["sources"]
        ]
        for name, told in exported(place).items()
        for flow in told.get("flows", ())
        for column in flow["columns"]
    }  # fmt: skip


SOURCES = {"sums.id": ["orders.id"], "sums.total": ["orders.amount"], "best.most": ["sums.total"]}


def test_lineage_is_read_behind_its_metadata(crawled: Crawl, file: Path, place: str) -> None:
    first = crawled(recipe(file))
    assert first.status == "complete"
    assert first.entities["Lineage"].emitted == 2
    assert sources(place) == SOURCES
    again = crawled(recipe(file))
    assert again.entities["Lineage"].unchanged == 2


def test_lineage_alone_reads_the_catalog_and_needs_no_source(crawled: Crawl, file: Path, place: str) -> None:
    crawled(recipe(file, lineage=False))
    file.unlink()
    alone = crawled(recipe(file).narrowed(["lineage"]))
    assert alone.status == "complete"
    assert alone.statements == 0
    assert sources(place) == SOURCES


def test_a_view_that_is_gone_takes_its_lineage_along(file: Path, place: str) -> None:
    states = []
    crawl(recipe(file), catalog=place)
    execute(file, "DROP VIEW best")
    for _ in range(4):
        crawl(recipe(file), catalog=place)
        states.append({name: told["state"] for name, told in exported(place).items() if "state" in told})
    assert set(exported(place)) == {"sums"}
    assert states[0] == {}
    assert states[1] == {"best": "missing"}


def test_a_trigger_that_is_gone_or_moves_nothing_takes_its_lineage_along(file: Path, place: str) -> None:
    written = "CREATE TRIGGER {} AFTER UPDATE ON orders BEGIN {}; END;"
    insert, delete = "INSERT INTO audit VALUES (OLD.id)", "DELETE FROM audit"
    execute(file, "CREATE TABLE audit (id INT);" + written.format("one", insert) + written.format("two", insert))
    crawl(recipe(file), catalog=place)
    assert {"one", "two"} < set(exported(place))
    execute(file, "DROP TRIGGER one; DROP TRIGGER two;" + written.format("two", delete))
    for _ in range(4):
        crawl(recipe(file), catalog=place)
    assert set(exported(place)) == {"sums", "best"}


def test_a_text_that_cannot_be_read_costs_that_view(crawled: Crawl, file: Path, place: str) -> None:
    execute(file, "CREATE VIEW huge AS SELECT id FROM orders -- " + "x" * 5000)
    found = crawled(recipe(file, {"max_statement_bytes": 4000}))
    assert found.status == "partial"
    assert (found.entities["Lineage"].emitted, found.entities["Lineage"].failed) == (2, 1)
    assert sources(place) == SOURCES
    (failure,) = failures(place, found.run).objects
    assert (failure.type, failure.fqn, failure.reason) == ("Lineage", "shop.main.main.huge", "size")
    again = retry(found.run, catalog=place)
    assert again.entities["Lineage"].failed == 1


def test_a_plan_tells_what_the_catalog_holds(file: Path, place: str) -> None:
    before = plan(recipe(file), {}, place)
    assert before.later == ["lineage"]
    assert "Lineage" not in before.entities
    crawl(recipe(file, lineage=False), catalog=place)
    made = plan(recipe(file), {}, place)
    assert made.later == []
    assert made.entities["Lineage"].kept == 2
    assert [each.statements for each in made.units if each.part == "lineage"] == [0, 0, 0]
    assert made.spent == before.spent
