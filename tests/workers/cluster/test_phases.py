"""What follows the walk: post_process, questions about what is missing, another try of what failed, another server."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from scheduler.app.runs.cluster import enqueue, enqueue_retry
from scheduler.app.runs.crawl import crawl
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from tests.workers.cluster.rig import cluster, exported, fake

pytestmark = [pytest.mark.chaos, pytest.mark.server]


def lite(folder: Path) -> str:
    return f"sqlite:///{folder / 'wild.db'}"


def test_post_process_once_for_each_container(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    recipe = Recipe.from_dict({
        "service": {"name": "estate", "type": "tests.workers.cluster.closing:spec"},
        "connection": {"databases": 2, "schemas": 5, "tables": [3, 40], "estimates": None},
    })  # fmt: skip
    url = f"sqlite:///{tmp_path / 'calm.db'}"
    assert crawl(recipe, catalog=url).status == "complete"
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(2)
        made.scheduler()
        summary = made.crawl(recipe)
        assert (summary.status, summary.reconciles) == ("complete", True)
        lines = made.export()
        assert lines == exported(url)
        found = Counter(json.loads(line)["parent"] for line in lines if json.loads(line)["name"] == "closed")
        assert len(found) == 1 + 2 + 2 * 5, "the service itself, its databases, their schemas"
        assert set(found.values()) == {1}
        with made.ledger() as ledger:
            assert {unit.state for unit in ledger.units(summary.run)} == {"done"}


def test_what_is_missing_is_asked_about(redis_url: str, tmp_path: Path) -> None:
    gone = [f"estate.db_00.schema_0001.t{n:07}" for n in range(3)]
    whole, less = fake(schemas=3, tables=60), fake(schemas=3, tables=60, dropped=gone)
    url = f"sqlite:///{tmp_path / 'calm.db'}"
    crawl(whole, catalog=url)
    calm = [crawl(less, catalog=url).missing, crawl(less, catalog=url).deleted]
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        made.worker(1)
        made.scheduler()
        made.crawl(whole)
        missing = made.crawl(less)
        deleted = made.crawl(less)
        assert [missing.missing, deleted.deleted] == calm
        assert sum(deleted.deleted.values()) >= 3
        assert made.export() == exported(url)
        with made.ledger() as ledger:
            assert [unit.phase for unit in ledger.units(missing.run)].count("confirm") >= 1


def test_what_failed_is_tried_again_by_the_workers(redis_url: str, tmp_path: Path) -> None:
    fault = {"at": "build", "where": "estate.db_00.schema_0000.t0000003", "action": "skip", "times": 1}
    recipe = fake(schemas=2, tables=20, faults=[fault], state=str(tmp_path / "faults"))
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        made.worker(1)
        made.scheduler()
        first = made.crawl(recipe)
        assert (first.status, first.entities["Table"].failed) == ("partial", 1)
        _, second = enqueue_retry(made.settings, first.run, wait=True)
        assert second is not None
        assert second.status == "complete"
        assert fault["where"] in [json.loads(line)["fqn"] for line in made.export()]
        with made.ledger() as ledger:
            assert ledger.run(second.run).parent == first.run
        with pytest.raises(UsageError, match="nothing failed"):
            enqueue_retry(made.settings, second.run, wait=False)


def test_another_server_is_refused_until_it_is_accepted(redis_url: str, tmp_path: Path) -> None:
    moved = fake(schemas=1, tables=5, server="elsewhere")
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        made.worker(1)
        made.scheduler()
        made.crawl(fake(schemas=1, tables=5))
        refused = made.crawl(moved)
        assert (refused.status, "--accept-identity" in refused.reason) == ("failed", True)
        _, accepted = enqueue(made.settings, moved, wait=True, accept_identity=True)
        assert accepted is not None
        assert accepted.status == "complete"
        assert made.crawl(moved).status == "complete", "it is remembered"
