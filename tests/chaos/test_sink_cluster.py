"""A crawl on a cluster whose publisher is killed on the way: a webhook ends with what the catalog holds."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from specs.recipe.recipe import Recipe
from tests.servers.receiver import Fault, Hook, Receiver
from tests.workers.cluster.rig import check, cluster, fake, undisturbed
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server]


def entities(lines: list[str]) -> dict[tuple[str, str], Any]:
    found = {}
    for line in lines:
        entity = json.loads(line)
        found[entity.pop("type"), entity["fqn"]] = entity
    return found


def test_a_crawl_is_followed_while_it_goes_on(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    hook = Hook()
    plain = fake(schemas=6, tables=60, columns=4, latency=20, page=20)
    calm = undisturbed(plain, tmp_path)
    with Receiver(hook, [None, Fault("die"), Fault(status=500)]) as receiver:
        sinks = [
            {"type": "webhook", "url": receiver.url, "timeout": 5, "batch_entries": 50,
             "headers": {"Authorization": "Bearer ${env:ONLY_THE_PUBLISHER_KNOWS}"}},
            {"type": "jsonl", "path": str(tmp_path / "snapshot.jsonl")},
        ]  # fmt: skip
        recipe = Recipe.from_dict(plain.to_dict() | {"sinks": sinks})
        with cluster(redis_url, postgres_database, tmp_path) as made:
            made.flusher()
            made.worker(1)
            publishers = [made.start("publisher", ONLY_THE_PUBLISHER_KNOWS="t0ken")]

            def disturb(_: SqlLedger) -> None:
                made.until(lambda: len(hook.told) > 40)
                os.killpg(publishers[0].pid, signal.SIGKILL)
                publishers[0].wait()
                publishers.append(made.start("publisher", ONLY_THE_PUBLISHER_KNOWS="t0ken"))

            summary = made.crawl(recipe, disturb)
            check(made, summary, calm)
            assert summary.sink_errors == []
            made.until(lambda: hook.objects == entities(calm))
            assert len(publishers) == 2
        assert (tmp_path / "snapshot.jsonl").read_text().splitlines() == calm
        assert receiver.requests[-1].headers["Authorization"] == "Bearer t0ken"
