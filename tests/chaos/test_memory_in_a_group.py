"""Real workers in a real control group of 256 MB: memory that runs out costs one object, never its siblings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.runs.summary import Summary
from tests.chaos.groups import command, group
from tests.patience import PATIENCE
from tests.workers.cluster.rig import Cluster, cluster, fake
from workers.process.governor.cgroups import Group

pytestmark = [pytest.mark.chaos, pytest.mark.server]
MB = 1 << 20
POISON = "estate.db_00.schema_0001.t0000017"


def worker(made: Cluster, inside: Group, *arguments: str) -> subprocess.Popen[bytes]:
    """A worker inside a group, ready."""
    process = made.spawn("worker", command(inside, "worker", *arguments))
    made.until(lambda: "ready." in made.log(process) or process.poll() is not None)
    assert process.poll() is None, made.log(process)
    return process


def faulty(action: str, **more: Any) -> Any:
    return fake(
        schemas=3, tables=40, columns=2, views=0, faults=[{"at": "build", "where": POISON, "action": action, **more}]
    )


def failed_alone(made: Cluster, summary: Summary, *, reason: str) -> None:
    """One object failed and is named, all others are stored, and the numbers add up."""
    assert (summary.status, summary.reconciles) == ("partial", True), summary
    tables = summary.entities["Table"]
    assert (tables.listed, tables.emitted, tables.failed) == (120, 119, 1)
    with made.ledger() as ledger:
        (failure,) = ledger.failures(summary.run)
        assert (failure.fqn, failure.reason) == (POISON, "poison")
        assert re.search(reason, failure.message)
        assert {unit.state for unit in ledger.units(summary.run)} == {"done"}
    names = "\n".join(made.export())
    assert POISON not in names
    assert all(POISON[:-2] + f"{number:02d}" in names for number in range(40) if number != 17)
    told = subprocess.run(
        command_of(made, "failures", summary.run), env=made.environ, capture_output=True, text=True, timeout=PATIENCE
    )  # fmt: skip
    assert POISON in told.stdout, told


def command_of(made: Cluster, *arguments: str) -> list[str]:
    return [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments, "--catalog", made.catalog]


@pytest.mark.parametrize("action", ["hog", "gulp", "flood"])
def test_an_object_that_takes_all_memory_fails_alone(action: str, redis_url: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'wild.db'}"
    with group(256 * MB) as inside, cluster(redis_url, url, tmp_path) as made:
        made.flusher()
        parent = worker(made, inside, "--concurrency", "1")
        summary = made.crawl(faulty(action))
        log = made.log(parent)
        assert parent.poll() is None, log
        killed = len(re.findall(r"is killed: out of memory", log))
        by_kernel = inside.kills()
        made.close()
        if action == "hog":
            failed_alone(made, summary, reason="killed the worker process twice")
            assert (killed > 3, by_kernel) == (True, 0), log
            with made.ledger() as ledger:
                assert max(unit.crashes for unit in ledger.units(summary.run)) > 2, "it was read one by one at last"
        elif action == "gulp":
            failed_alone(made, summary, reason="memory ran out twice over it alone")
            assert (killed, by_kernel) == (0, 0), log
        else:
            failed_alone(made, summary, reason="killed the worker process twice")
            assert "out of memory" in log
