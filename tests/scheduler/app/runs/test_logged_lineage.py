"""Runs that read lineage from a query log, and what a recipe declares of it: evidence adds up, and each run replaces
its own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.history.failures import failures
from scheduler.app.lineage.graph import lineage
from scheduler.app.lineage.impact import impact
from scheduler.app.runs.crawl import crawl, retry
from scheduler.app.runs.summary import Summary
from scheduler.cli.display.lineage.tree import drawn
from specs.recipe.recipe import Recipe
from tests.scheduler.app.runs.test_lineage_runs import execute
from workers.catalog.questions.resolver import CatalogResolver
from workers.store.database import open_database

ESTATE = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL);
CREATE TABLE daily (id INTEGER, total REAL);
CREATE TABLE archive (id INTEGER, total REAL);
CREATE VIEW best AS SELECT max(total) AS most FROM daily;
"""
LOAD = "INSERT INTO daily SELECT id, sum(amount) FROM orders WHERE id > 7 GROUP BY id"
Crawl = Callable[..., Summary]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    execute(tmp_path / "shop.db", ESTATE)
    return tmp_path


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'catalog.db'}"


def log(folder: Path, *statements: str) -> None:
    """Write statements that ran an hour ago."""
    began = time.time() - 3600
    lines = (json.dumps({"time": began + at, "session": "s", "text": text}) for at, text in enumerate(statements))
    (folder / "log.jsonl").write_text("".join(f"{line}\n" for line in lines))


def recipe(folder: Path, only: Iterable[str] = (), **asked: Any) -> Recipe:
    logged = {"query_log": {"type": "jsonl", "files": [str(folder / "log.jsonl")]}, "window": "2d"}
    return Recipe.from_dict({
        "service": {"name": "shop", "type": "sqlite"}, "connection": {"path": str(folder / "shop.db")},
        "extract": {"lineage": {**logged, **asked}, "only": list(only)}, "deletion": {"max_fraction": 1.0},
    })  # fmt: skip


def told(place: str, name: str) -> dict[str, tuple[str, ...]]:
    """What feeds a table, and by which evidence that is known."""
    found = lineage(place, f"shop.main.main.{name}", directions=("upstream",), depth=1)
    return {link.source.fqn.rpartition(".")[2]: link.evidence for link in found.links}


def uses(place: str) -> list[dict[str, Any]]:
    """How often and when data was moved into the table ``daily``, as the catalog keeps it."""
    with open_database(place, create=False) as db:
        text = CatalogResolver(db).statistics("Lineage", 'shop.query log."main.main.daily"')
    found: list[dict[str, Any]] = json.loads(text or "{}")["seen"]
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_a_log_and_declarations_are_lineage(workers: int, folder: Path, place: str) -> None:
    log(folder, "CREATE TEMP TABLE t AS SELECT id, amount FROM orders", "INSERT INTO daily SELECT id, amount FROM t")
    declared = [{"from": "shop.main.main.daily", "to": "shop.main.main.archive", "columns": {"id": "id"}}]
    found = crawl(recipe(folder, declared=declared), catalog=place, workers=workers)
    assert found.status == "complete"
    assert told(place, "daily") == {"orders": ("query_log",)}
    assert told(place, "archive") == {"daily": ("declared",)}
    assert told(place, "best") == {"daily": ("view",)}


def test_evidence_adds_up_whatever_the_order(folder: Path, place: str) -> None:
    log(folder, LOAD, "INSERT INTO archive SELECT * FROM daily")
    declared = [{"from": "shop.main.main.orders", "to": "shop.main.main.daily"}]
    crawl(recipe(folder), catalog=place)
    crawl(recipe(folder, ["lineage"], declared=declared), catalog=place)
    assert told(place, "daily") == {"orders": ("declared", "query_log")}
    log(folder, "INSERT INTO archive SELECT * FROM daily")
    crawl(recipe(folder, ["lineage"], declared=declared), catalog=place)
    assert told(place, "daily") == {"orders": ("declared",)}
    assert told(place, "archive") == {"daily": ("query_log",)}


def test_a_window_counts_once_however_often_it_is_read(folder: Path, place: str) -> None:
    log(folder, LOAD, LOAD)
    crawl(recipe(folder), catalog=place)
    before = uses(place)
    again = crawl(recipe(folder, ["lineage"]), catalog=place)
    assert uses(place) == before
    assert [(each["source"], each["count"]) for each in before] == [("shop.main.main.orders", 2)]
    assert again.entities["Lineage"].emitted == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_log_with_nothing_new_leaves_its_lineage_as_it_is(workers: int, folder: Path, place: str) -> None:
    log(folder, LOAD, "INSERT INTO archive SELECT * FROM daily")
    crawl(recipe(folder), catalog=place, workers=workers)
    before = uses(place)
    for _ in range(3):
        again = crawl(recipe(folder), catalog=place, workers=workers)
        assert (again.status, again.entities["Lineage"].listed) == ("complete", 1)  # that of the view
    assert uses(place) == before
    assert told(place, "daily") == {"orders": ("query_log",)}
    log(folder, "INSERT INTO archive SELECT * FROM daily")
    for _ in range(2):
        crawl(recipe(folder), catalog=place, workers=workers)
    assert told(place, "daily") == {}
    assert told(place, "archive") == {"daily": ("query_log",)}


def test_an_edge_of_a_log_says_how_often_and_when(folder: Path, place: str) -> None:
    log(folder, LOAD, LOAD)
    crawl(recipe(folder), catalog=place)
    found = lineage(place, "shop.main.main.daily", directions=("upstream",), columns=True)
    (link,) = found.links
    assert link.moved is not None
    assert link.moved.times == 2
    assert link.moved.first < link.moved.last
    assert link.via == ()
    assert link.columns == (("id", "id", "identity"), ("total", "amount", "aggregate"))
    (line,) = [line for line in drawn(found, width=None) if "orders" in line]
    assert line == f"└── shop.main.main.orders  [Table] — query log, 2 times, last {link.moved.last[:10]}"
    assert impact(place, "shop.main.main.orders").affected[0].via is None


def test_a_log_that_cannot_be_read_leaves_the_lineage_that_there_was(folder: Path, place: str) -> None:
    log(folder, LOAD)
    crawl(recipe(folder), catalog=place)
    (folder / "log.jsonl").unlink()
    found = crawl(recipe(folder, ["lineage"]), catalog=place)
    assert found.status == "partial"
    assert told(place, "daily") == {"orders": ("query_log",)}


def test_a_log_that_is_asked_for_no_more_takes_its_lineage_along(folder: Path, place: str) -> None:
    log(folder, LOAD)
    crawl(recipe(folder), catalog=place)
    for _ in range(2):
        crawl(recipe(folder, ["lineage"], query_log=None), catalog=place)
    assert told(place, "daily") == {}


def test_a_retry_of_a_statement_that_could_not_be_read_reads_the_log_again(folder: Path, place: str) -> None:
    log(folder, LOAD, "INSERT INTO (((")
    first = crawl(recipe(folder), catalog=place)
    again = retry(first.run, catalog=place)
    assert (first.status, again.status) == ("partial", "partial")
    assert [each.reason for each in failures(place, again.run).objects] == ["parse"]
    log(folder, LOAD, "INSERT INTO archive SELECT * FROM daily")
    assert retry(again.run, catalog=place).status == "complete"
    assert told(place, "archive") == {"daily": ("query_log",)}


def test_a_name_that_fits_nothing_is_told(folder: Path, place: str) -> None:
    log(folder, LOAD)
    declared = [{"from": "shop.main.main.ordres", "to": "shop.main.main.daily"}]
    found = crawl(recipe(folder, declared=declared), catalog=place)
    (failure,) = failures(place, found.run).objects
    assert "shop.main.main.ordres, which is no object" in failure.message
    assert told(place, "daily")["orders"] == ("query_log",)
