"""Hints are only hints: lost ones cost a moment, multiplied ones nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.chaos.proof import proof
from tests.chaos.waiting import wait, working
from tests.workers.cluster.rig import cluster, fake, undisturbed
from workers.cluster.hints.app import make
from workers.cluster.hints.tasks import hint, waiting
from workers.ledger import SqlLedger
from workers.queues.redis.link import connect

pytestmark = [pytest.mark.chaos, pytest.mark.server]
RECIPE = fake(schemas=12, tables=80, columns=4, latency=40, page=20)


def test_lost_hints_are_published_again(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    calm = undisturbed(RECIPE, tmp_path)
    lost: list[int] = []
    with cluster(redis_url, postgres_database, tmp_path) as made, connect(redis_url) as client:
        made.flusher()

        def lose(ledger: SqlLedger) -> None:
            wait(lambda: waiting(client, "headrace", "small"))
            lost.append(client.delete("headrace:hints:small"))
            made.worker(2)
            working(ledger)
            while ledger.open_runs():
                lost.append(client.delete("headrace:hints:small"))
                time.sleep(0.02)

        proof(made, made.crawl(RECIPE, lose), calm)
    assert sum(lost) > 1


def test_ten_times_the_hints_are_no_more_work(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    calm = undisturbed(RECIPE, tmp_path)
    most: list[int] = []
    with cluster(redis_url, postgres_database, tmp_path) as made, connect(redis_url) as client:
        app = make(made.settings)
        made.flusher()
        made.worker(2)

        def flood(ledger: SqlLedger) -> None:
            working(ledger)
            while ledger.open_runs():
                hint(app, "small", 40)
                most.append(waiting(client, "headrace", "small"))
                time.sleep(0.2)

        proof(made, made.crawl(RECIPE, flood), calm)
        app.close()
        again = made.crawl(RECIPE)  # what is left of them hinders nobody
        assert again.entities["Table"].unchanged == again.entities["Table"].listed
    assert max(most) >= 40
