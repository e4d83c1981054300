"""A run of two parts on a cluster: what the embedded crawl stores, over kills; one part alone, and a retry of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.app.runs.cluster import enqueue, enqueue_retry
from specs.recipe.recipe import Recipe
from tests.workers.cluster.rig import FAKE, check, cluster, undisturbed
from workers.ledger import SqlLedger
from workers.store.database import open_database

pytestmark = pytest.mark.server


def both(**connection: object) -> Recipe:
    return Recipe.from_dict({
        "service": {"name": "estate", "type": FAKE}, "connection": connection, "extract": {"usage": True}
    })  # fmt: skip


def test_both_parts_are_what_the_embedded_crawl_stores(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    shape = {"schemas": 8, "tables": 60, "columns": 3, "used": 0.8}
    calm = undisturbed(both(**shape), tmp_path)
    where = "estate.db_00.schema_0003.t0000011"
    kills = [
        {"at": "build", "where": where, "part": part, "action": "kill", "times": 1} for part in ("metadata", "usage")
    ]
    disturbed = both(**shape, faults=kills, state=str(tmp_path / "faults"))
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(2)
        check(made, made.crawl(disturbed), calm)
        again = made.crawl(both(**shape).narrowed(["usage"]))
        assert again.status == "complete"
        assert {type_: (each.listed, each.unchanged) for type_, each in again.entities.items()} == {
            "Usage": (again.entities["Usage"].listed, again.entities["Usage"].listed)
        }
        assert made.export() == calm


def test_what_failed_is_retried_in_its_part(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    fault = {"at": "list", "where": "estate.db_00.schema_0001", "node": "usage", "part": "usage", "action": "stop"}
    recipe = both(schemas=3, tables=9, columns=2, used=1.0, faults=[fault | {"times": 1}], state=str(tmp_path / "f"))
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(1)
        first = enqueue(made.settings, recipe, wait=True)
        partial = first.summary
        assert partial is not None
        assert partial.status == "partial"
        assert (partial.entities["Table"].emitted, partial.entities["Usage"].emitted) == (27, 18)
        second = enqueue_retry(made.settings, first.run.id, wait=True)
        mended = second.summary
        assert mended is not None
        assert mended.status == "complete"
        assert mended.entities["Usage"].emitted == 9
        db = open_database(postgres_database, create=False)
        try:
            assert {unit.part for unit in SqlLedger(db).units(second.run.id)} == {"usage"}
        finally:
            db.close()


def test_what_ends_another_part_leaves_the_metadata(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    where = "estate.db_00.schema_0001"
    fault = {"at": "list", "where": where, "node": "usage", "part": "usage", "action": "fatal"}
    recipe = both(schemas=3, tables=9, columns=2, used=1.0, faults=[fault])
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(1)
        partial = made.crawl(recipe)
        assert partial.status == "partial"
        assert "(usage): the server refuses us" in partial.reason
        assert partial.entities["Table"].emitted == 27
        assert {each.part for each in partial.incomplete_scopes} == {"usage"}


def test_each_part_misses_what_it_lists(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    where = "estate.db_00.schema_0001.t0000004"
    shape = {"schemas": 3, "tables": 9, "columns": 2, "used": 1.0}
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(2)
        assert made.crawl(both(**shape)).status == "complete"
        assert made.crawl(both(**shape, unused=(where,))).missing == {"Usage": 1}
        dropped = both(**shape, unused=(where,), dropped=(where,))
        assert made.crawl(dropped.narrowed(["usage"])).deleted == {"Usage": 1}
        assert made.crawl(dropped.narrowed(["metadata"])).missing == {"Table": 1}
        assert made.crawl(dropped).deleted == {"Table": 1}
