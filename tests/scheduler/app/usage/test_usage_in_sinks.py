"""What a sink that follows the catalog gets of a log: each day of each object, again only when its numbers change."""

from __future__ import annotations

import json
from pathlib import Path

from scheduler.app.runs.crawl import crawl
from specs.recipe.recipe import Recipe
from tests.scheduler.app.usage.logged import log, recipe

READ, WRITTEN = "SELECT id FROM orders WHERE id = 1", "INSERT INTO customers (id) VALUES (1)"


def told(folder: Path) -> list[tuple[str, str, int, int]]:
    """Crawl once more; returns ``(target, day, queries, reads)`` of the days that the sink got."""
    file = folder / "followed.jsonl"
    before = file.stat().st_size if file.exists() else 0
    given = recipe(folder).model_dump(mode="json") | {
        "sinks": [{"type": "jsonl", "mode": "changes", "path": str(file)}]
    }
    summary = crawl(Recipe.from_dict(given), catalog=f"sqlite:///{folder / 'catalog.db'}")
    assert (summary.status, summary.sink_errors) == ("complete", [])
    with file.open(encoding="utf-8") as stream:
        stream.seek(before)
        changes = [json.loads(line) for line in stream]
    used = [each["entity"] for each in changes if each["type"] == "Usage"]
    return sorted(
        (each["target"], each["day"], each["stats"].get("queries", 0), each["stats"].get("reads", 0)) for each in used
    )


def test_days_are_told_again_only_when_they_change(tmp_path: Path) -> None:
    orders, customers = "shop.main.main.orders", "shop.main.main.customers"
    log(tmp_path, [(1, "ann", READ), (1, "bob", READ), (0, "ann", WRITTEN)])
    assert told(tmp_path) == [(customers, "2026-11-29", 1, 0), (orders, "2026-11-28", 2, 2)]
    assert told(tmp_path) == []
    log(tmp_path, [(1, "ann", READ), (1, "bob", READ), (0, "ann", WRITTEN), (0, "ann", WRITTEN)])
    assert told(tmp_path) == [(customers, "2026-11-29", 2, 0)]
    log(tmp_path, [(0, "ann", WRITTEN), (0, "ann", WRITTEN)])
    assert told(tmp_path) == [(orders, "2026-11-28", 0, 0)]
