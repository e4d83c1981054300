"""Lineage on a cluster is what the embedded crawl stores: workers ask the shared catalog."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from specs.recipe.recipe import Recipe
from tests.workers.cluster.rig import check, cluster, undisturbed

pytestmark = pytest.mark.server


def test_lineage_is_what_the_embedded_crawl_stores(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("CREATE TABLE v0 (id INTEGER PRIMARY KEY, amount REAL)")
        for at in range(1, 60):
            connection.execute(f"CREATE VIEW v{at} AS SELECT id, sum(amount) AS amount FROM v{at - 1} GROUP BY id")
    recipe = Recipe.from_dict({
        "service": {"name": "shop", "type": "sqlite"}, "connection": {"path": str(file)}, "extract": {"lineage": True},
    })  # fmt: skip
    calm = undisturbed(recipe, tmp_path)
    assert sum('"type":"Lineage"' in line for line in calm) == 59
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(2)
        check(made, made.crawl(recipe), calm)
        alone = made.crawl(recipe.narrowed(["lineage"]))
        assert (alone.entities["Lineage"].unchanged, alone.statements) == (59, 0)
