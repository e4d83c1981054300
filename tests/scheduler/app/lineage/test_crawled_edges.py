"""Crawls of lineage: the edges are those that the stored entities tell of, through changes, faults and deletions."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.app.lineage.graph import lineage
from scheduler.app.lineage.impact import impact
from scheduler.app.runs.crawl import crawl
from specs.recipe.recipe import Recipe
from tests.workers.lineage.told import stored_edges, told_edges
from workers.catalog import Catalog
from workers.store.database import open_database

SCHEMA = "shop.db_00.schema_0000"
FED = f"{SCHEMA}.t0000003"


def recipe(**connection: Any) -> Recipe:
    shape = {"schemas": 2, "tables": 9, "columns": 3, "fed": 1.0}
    return Recipe.from_dict({
        "service": {"name": "shop", "type": "specs.testing.fake:spec"}, "connection": {**shape, **connection},
        "extract": {"lineage": True}, "deletion": {"max_fraction": 1.0},
    })  # fmt: skip


def sources(url: str) -> list[str]:
    found = lineage(url, FED, directions=("upstream",), depth=1)
    return [node.place.fqn.removeprefix(f"{SCHEMA}.") for node in found.nodes if node.depth]


@pytest.mark.parametrize("workers", [1, 2])
def test_edges_are_those_that_the_entities_tell_of(url: str, workers: int) -> None:
    assert crawl(recipe(), catalog=url, workers=workers).status == "complete"
    with open_database(url) as db:
        assert stored_edges(db) == told_edges(db)
        assert len(stored_edges(db)) == 2 * 9 * 2
    assert sources(url) == ["t0000001", "t0000002"]
    assert len(impact(url, FED).affected) == 8  # the last one feeds the first
    assert [each.place.column for each in impact(url, f"{FED}.id").affected] == ["id"] * 8


def test_edges_follow_what_changes_and_what_goes(url: str) -> None:
    crawl(recipe(), catalog=url)
    crawl(recipe(changed=[FED], version=1), catalog=url)
    assert sources(url) == ["t0000002"]
    for state in ("missing", "gone"):
        crawl(recipe(unfed=[FED], changed=[FED], version=1), catalog=url)
        with open_database(url) as db:
            assert stored_edges(db) == told_edges(db)
        assert sources(url) == (["t0000002"] if state == "missing" else [])
    with open_database(url) as db:
        assert Catalog(db).undelete(FED, "Lineage") == [("Lineage", FED)]
    assert sources(url) == ["t0000002"]


def test_a_source_that_is_dropped_is_still_named(url: str) -> None:
    crawl(recipe(), catalog=url)
    dropped = f"{SCHEMA}.t0000002"
    for _ in range(2):
        crawl(recipe(dropped=[dropped]), catalog=url)
    states = {node.place.fqn: node.state for node in lineage(url, FED, depth=1).nodes}
    assert states[dropped] == "external"
    assert impact(url, dropped).affected[0].depth == 1
