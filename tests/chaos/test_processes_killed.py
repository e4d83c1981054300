"""SIGKILL of pool processes, whole workers, flushers and schedulers, fifty times over one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.killing import Killer
from tests.chaos.proof import proof
from tests.chaos.waiting import working
from tests.workers.cluster.rig import cluster, fake, undisturbed
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server]
KILLS = 50


def test_fifty_kills_lose_nothing(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    estate = {"schemas": 40, "tables": [300, 40, 260], "columns": 3, "procedures": 2, "estimates": None}
    calm = undisturbed(fake(**estate), tmp_path)
    with cluster(redis_url, postgres_database, tmp_path) as made:
        killer = Killer(made, seed=20261123)

        def kill(ledger: SqlLedger) -> None:
            killer.rage(ledger, working(ledger), KILLS)

        for _ in range(KILLS):  # a busy machine may be through with a crawl before all of them are done
            proof(made, made.crawl(fake(**estate, latency=50, page=8), kill), calm)
            if killer.total >= KILLS:
                break
    assert killer.total >= KILLS, killer.kills
    assert all(killer.kills.values()), killer.kills
