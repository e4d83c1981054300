"""Lineage over the life of objects: what it tells follows them, and nothing is lost for want of evidence."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scheduler.app.history.failures import failures
from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from workers.catalog import Catalog
from workers.store.database import open_database

Told = dict[str, tuple[str, list[str]]]


class Estate:
    """A database in a file, and the catalog of its crawls."""

    def __init__(self, folder: Path) -> None:
        self.file, self.catalog = folder / "shop.db", f"sqlite:///{folder / 'catalog.db'}"

    def change(self, statements: str) -> None:
        with closing(duckdb.connect(str(self.file))) as connection:
            connection.execute(statements)

    def crawl(self, only: str = "", lineage: Any = True, **metadata: Any) -> Summary:
        recipe = Recipe.from_dict({
            "service": {"name": "s", "type": "duckdb"}, "connection": {"path": str(self.file)},
            "extract": {"metadata": metadata, "lineage": lineage}, "deletion": {"max_fraction": 1.0},
        })  # fmt: skip
        return crawl(recipe.narrowed([only]) if only else recipe, catalog=self.catalog)

    def told(self) -> Told:
        """The state of each lineage in the catalog, and its sources; those that are only names have a question mark."""
        db = open_database(self.catalog, create=False)
        try:
            entities = [each for each in map(json.loads, Catalog(db).export()) if each["type"] == "Lineage"]
        finally:
            db.close()
        return {
            _short(each["fqn"]): (
                each.get("state", "live"),
                [_short(edge["source"]) for flow in each.get("flows", ()) for edge in flow.get("edges", ())]
                + [f"{name}?" for name in each.get("unresolved", ())],
            )
            for each in entities
        }


def _short(fqn: str) -> str:
    return fqn.removeprefix("s.shop.")


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    made = Estate(tmp_path)
    made.change("CREATE TABLE t (id INT); CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT id FROM v")
    return made


V, W = "main.v", "main.w"
FIRST: Told = {V: ("live", ["main.t"]), W: ("live", [V])}


def crawled(estate: Estate, times: int = 1, **settings: Any) -> Told:
    for _ in range(times):
        assert estate.crawl(**settings).reconciles
    return estate.told()


def test_a_view_that_becomes_a_table_loses_its_lineage_and_gets_it_back(estate: Estate) -> None:
    assert crawled(estate) == FIRST
    estate.change("DROP VIEW v; CREATE TABLE v (id INT)")
    assert crawled(estate) == {V: ("missing", ["main.t"]), W: ("live", [V])}
    assert crawled(estate) == {W: ("live", [V])}
    estate.change("DROP TABLE v; CREATE VIEW v AS SELECT id FROM t")
    assert crawled(estate) == FIRST


def test_a_schema_that_is_dropped_takes_all_of_its_lineage_along(estate: Estate) -> None:
    made = "CREATE SCHEMA {0}; CREATE TABLE {0}.t (id INT); CREATE VIEW {0}.v AS SELECT id FROM {0}.t;"
    estate.change(made.format("old") + "CREATE VIEW above AS SELECT id FROM old.v")
    old, above = {"old.v": ("live", ["old.t"])}, {"main.above": ("live", ["old.v"])}
    assert crawled(estate) == FIRST | old | above
    estate.change("DROP SCHEMA old CASCADE;" + made.format("renamed"))
    renamed = {"renamed.v": ("live", ["renamed.t"])}
    assert set(crawled(estate, 1)) == set(FIRST | old | above | renamed)
    assert crawled(estate, 2) == FIRST | renamed | {"main.above": ("live", ["shop.old.v?"])}


def test_a_database_that_was_made_anew_has_its_own_lineage_only(estate: Estate) -> None:
    assert crawled(estate) == FIRST
    estate.file.unlink()
    estate.change("CREATE TABLE u (id INT); CREATE VIEW v AS SELECT id FROM u")
    assert crawled(estate)[V] == ("live", ["main.u"])
    assert crawled(estate, 2) == {V: ("live", ["main.u"])}


@pytest.mark.parametrize(
    "narrowed",
    [
        {"views": {"exclude": ["^v$"]}},
        {"tables": {"exclude": ["^t$"]}},
        {"schemas": {"exclude": ["^main$"]}},
        {"lineage": {"views": False}},
        {"lineage": False},
    ],
)
def test_what_is_asked_for_no_more_keeps_its_lineage(estate: Estate, narrowed: dict[str, Any]) -> None:
    assert crawled(estate) == FIRST
    assert crawled(estate, 2, **narrowed) == FIRST


def test_a_source_that_cannot_be_read_keeps_its_lineage(estate: Estate) -> None:
    assert crawled(estate) == FIRST
    estate.file.write_bytes(b"no database")
    for _ in range(2):
        assert estate.crawl().status != "complete"
    assert estate.told() == FIRST


def test_lineage_alone_says_that_the_catalog_holds_nothing(estate: Estate) -> None:
    found = estate.crawl(only="lineage")
    assert (found.status, estate.told()) == ("failed", {})
    (scope,) = failures(estate.catalog, found.run).scopes
    assert "the catalog holds nothing of this service" in scope.message
    assert "crawl its metadata first" in scope.message
    assert crawled(estate) == FIRST
    assert estate.crawl(only="lineage").entities["Lineage"].unchanged == 2
