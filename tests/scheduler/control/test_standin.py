"""Who waits for a run looks after it only while no scheduler does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.app.runs.cluster import StandIn, attend
from scheduler.control.open_runs import Cluster, connected
from specs.contracts.assignment import Opening
from specs.contracts.work import Run
from tests.patience import PATIENCE
from workers.cluster.settings import load
from workers.schedules import Leadership

pytestmark = pytest.mark.server


@pytest.fixture
def cluster(redis_url: str, tmp_path: Path) -> Iterator[Cluster]:
    settings = load({"HEADRACE_REDIS": redis_url, "HEADRACE_CATALOG": str(tmp_path / "c.db")})
    with connected(settings) as made:
        yield made


def empty(cluster: Cluster, **more: object) -> Run:
    """A run that only has to be closed."""
    recipe = {"service": {"name": "shop", "type": "x"}, **more}
    return cluster.ledger.open_run(Opening("shop", "x", recipe, (), slots=1, via="cluster"), now=time.time())


def test_alone_it_closes_the_run_and_writes_its_sinks(cluster: Cluster, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    run = empty(cluster, sinks=[{"type": "jsonl", "path": str(target)}])
    summary = attend(cluster, run)
    assert (summary.status, list(summary.sinks.values())) == ("complete", [0])
    assert target.exists()


def test_a_sink_that_fails_is_told_and_not_waited_for(cluster: Cluster, tmp_path: Path) -> None:
    run = empty(cluster, sinks=[{"type": "jsonl", "path": str(tmp_path / "nowhere" / "out.jsonl")}])
    summary = attend(cluster, run)
    assert (summary.status, summary.exit_code, len(summary.sink_errors)) == ("complete", 4, 1)


def test_it_leaves_all_to_a_scheduler_until_that_is_gone(cluster: Cluster) -> None:
    leader = Leadership(cluster.db, "scheduler", name="elsewhere:1:1")
    assert leader.hold()
    run = empty(cluster)
    standin = StandIn(cluster, run.id)
    standin.look()
    assert cluster.ledger.run(run.id).open
    leader.leave()
    end = time.monotonic() + PATIENCE
    while cluster.ledger.run(run.id).open:
        assert time.monotonic() < end
        standin.look()
        time.sleep(0.02)
