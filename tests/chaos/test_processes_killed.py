"""SIGKILL of pool processes, whole workers, flushers and the scheduler, fifty times over one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.killing import Killer
from tests.chaos.proof import proof
from tests.chaos.waiting import working
from tests.workers.cluster.rig import cluster, fake, undisturbed
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server, pytest.mark.xdist_group("cluster")]


def test_fifty_kills_lose_nothing(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    recipe = fake(schemas=24, tables=[400, 30, 150], columns=4, procedures=2, latency=60, page=20)
    calm = undisturbed(recipe, tmp_path)
    with cluster(redis_url, postgres_database, tmp_path) as made:
        killer = Killer(made, seed=20261123)

        def kill(ledger: SqlLedger) -> None:
            working(ledger)
            while killer.total < 50 and ledger.open_runs():
                killer.pause(0.5)
                killer.kill()

        proof(made, made.crawl(recipe, kill), calm)
    assert killer.total >= 50, killer.kills
    assert all(killer.kills.values()), killer.kills
