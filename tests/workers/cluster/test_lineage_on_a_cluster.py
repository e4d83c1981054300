"""Lineage on a cluster is what the embedded crawl stores: workers ask the shared catalog."""

from __future__ import annotations

import json
import sqlite3
import time
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
        connection.execute("CREATE TABLE loaded (id INTEGER, amount REAL)")
    log, began = tmp_path / "log.jsonl", time.time() - 3600
    moves = ("CREATE TEMP TABLE step AS SELECT id, amount FROM v59", "INSERT INTO loaded SELECT * FROM step")
    log.write_text("".join(f"{json.dumps({'time': began, 'session': 's', 'text': text})}\n" for text in moves))
    asked = {
        "query_log": {"type": "jsonl", "files": [str(log)]}, "window": "2d",
        "declared": [{"from": "shop.main.main.v1", "to": "lake.main.raw.v1"}],
    }  # fmt: skip
    recipe = Recipe.from_dict({
        "service": {"name": "shop", "type": "sqlite"}, "connection": {"path": str(file)}, "extract": {"lineage": asked},
    })  # fmt: skip
    calm = undisturbed(recipe, tmp_path)
    assert sum('"type":"Lineage"' in line for line in calm) == 61
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(2)
        check(made, made.crawl(recipe), calm)
        alone = made.crawl(recipe.narrowed(["lineage"]))
        assert (alone.entities["Lineage"].unchanged, alone.statements) == (60, 0)  # the log has nothing new
