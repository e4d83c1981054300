"""Ctrl-C, SIGTERM and kill -9 on the crawl itself, then resume: the result is that of an undisturbed crawl."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from specs.recipe.recipe import Recipe
from tests.chaos.rig import check, database, exported, fake, undisturbed, url
from tests.chaos.waiting import wait
from tests.workers.cluster.rig import PATIENCE
from workers.ledger import SqlLedger

pytestmark = pytest.mark.chaos

ROOT = Path(__file__).parents[2]
SIZE = {"schemas": 4, "tables": [900, 40, 1500], "columns": 3, "triggers": 0.1, "latency": 120}


class Process:
    """One crawl in a process of its own."""

    def __init__(self, folder: Path, *, workers: int, recipe: Recipe | None = None, run: str | None = None) -> None:
        order: dict[str, Any] = {"catalog": url(folder, "wild"), "workers": workers}
        if recipe is not None:
            order["recipe"] = recipe.to_dict()
        if run is not None:
            order["run"] = run
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.crawling", json.dumps(order)], cwd=ROOT, stdout=subprocess.PIPE
        )  # fmt: skip

    def signal(self, number: int) -> None:
        """Send a signal, and wait for the process to end."""
        os.kill(self.popen.pid, number)
        self.popen.wait(PATIENCE)

    def result(self) -> dict[str, Any]:
        out, _ = self.popen.communicate(timeout=PATIENCE)
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        return found


def at_work(folder: Path, entities: int) -> str:
    """Wait until the run has stored so many entities; returns its id."""
    deadline = time.monotonic() + PATIENCE
    while not (folder / "wild.db").exists():
        assert time.monotonic() < deadline, "the crawl does not begin"
        time.sleep(0.05)
    while time.monotonic() < deadline:
        with database(folder, "wild") as db:
            ledger = SqlLedger(db)
            runs = ledger.runs()
            if runs and ledger.progress(runs[0].id).entities >= entities:
                return runs[0].id
        time.sleep(0.05)
    raise AssertionError("the crawl does not get on")


@pytest.mark.parametrize(("workers", "number"), [(1, signal.SIGINT), (2, signal.SIGINT), (1, signal.SIGTERM)])
def test_interrupted_and_resumed(tmp_path: Path, workers: int, number: int) -> None:
    recipe = fake(**SIZE)
    calm = undisturbed(recipe, tmp_path)
    process = Process(tmp_path, workers=workers, recipe=recipe)
    run = at_work(tmp_path, 300)
    process.signal(number)
    found = process.result()
    assert (found["status"], found["exit_code"], found["run"]) == ("interrupted", 130, run)
    with database(tmp_path, "wild") as db:
        assert SqlLedger(db).holders(run) == (set(), set())
        assert SqlLedger(db).run(run).open
    stored = len(exported(tmp_path, "wild"))
    assert 300 <= stored < len(calm)
    resumed = Process(tmp_path, workers=workers, run=run).result()
    assert (resumed["status"], resumed["exit_code"]) == ("complete", 0)
    check(tmp_path, "wild", run, calm)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_source_that_hangs_for_good_does_not_hold_up_an_interruption(tmp_path: Path, workers: int) -> None:
    tables = [f"estate.db_00.schema_000{n}.t0000003" for n in range(2)]
    hang = [
        {"at": "read", "where": table, "action": "freeze", "seconds": 10 * PATIENCE, "times": 1} for table in tables
    ]
    struck = tmp_path / "struck"
    process = Process(tmp_path, workers=workers, recipe=fake(schemas=2, tables=900, faults=hang, state=str(struck)))
    run = at_work(tmp_path, 2)
    wait(lambda: struck.exists() and len(struck.read_text().split()) >= workers)  # each of them hangs
    process.signal(signal.SIGINT)
    assert process.result()["status"] == "interrupted"
    with database(tmp_path, "wild") as db:
        assert SqlLedger(db).holders(run) == (set(), set())


def test_killed_and_resumed_again_and_again(tmp_path: Path) -> None:
    recipe = fake(**SIZE, page=50)
    calm = undisturbed(recipe, tmp_path)
    rng = random.Random(20261122)
    process = Process(tmp_path, workers=1, recipe=recipe)
    run, target, kills = at_work(tmp_path, 1), 200, 0
    for workers in (2, 1, 2):
        at_work(tmp_path, min(target, 2000))
        time.sleep(rng.uniform(0, 0.3))
        process.signal(signal.SIGKILL)
        process.popen.communicate()
        with database(tmp_path, "wild") as db:
            if not SqlLedger(db).run(run).open:  # this process was held up for longer than the crawl took
                break
        kills += 1
        process = Process(tmp_path, workers=workers, run=run)
        target += rng.randrange(300, 900)
    else:
        assert process.result()["status"] == "complete"
    assert kills
    check(tmp_path, "wild", run, calm)
