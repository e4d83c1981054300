"""An object that ends every process that reads it, or that memory always runs out over, fails alone and by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.cluster.rig import cluster, fake

pytestmark = [pytest.mark.chaos, pytest.mark.server]
POISON = "estate.db_00.schema_0001.t0000023"


@pytest.mark.parametrize(
    ("at", "action", "message"),
    [
        ("read", "kill", "killed the worker process twice"),
        ("build", "memory", "memory ran out twice over it alone"),
    ],
)
def test_poison_fails_alone(at: str, action: str, message: str, redis_url: str, tmp_path: Path) -> None:
    fault = {"at": at, "where": POISON, "action": action}
    recipe = fake(schemas=3, tables=60, columns=2, views=0, faults=[fault])
    with cluster(redis_url, f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made:
        made.flusher()
        parent = made.worker(2)
        summary = made.crawl(recipe)
        assert parent.poll() is None, made.log(parent)
        assert (summary.status, summary.reconciles) == ("partial", True)
        assert POISON in summary.reason or "1 object" in summary.reason, summary.reason
        tables = summary.entities["Table"]
        assert (tables.listed, tables.emitted, tables.failed) == (180, 179, 1)
        with made.ledger() as ledger:
            (failure,) = ledger.failures(summary.run)
            assert (failure.fqn, failure.reason) == (POISON, "poison")
            assert message in failure.message
            assert ledger.incomplete(summary.run) == []
