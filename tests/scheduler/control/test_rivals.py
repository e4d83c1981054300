"""Schedulers that all believe to lead, at once: everything is done once all the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.control.open_runs import Cluster, connected
from scheduler.control.process import Scheduler
from scheduler.control.schedules.additions import checked
from specs.contracts.assignment import Opening
from specs.errors import HeadraceError
from specs.recipe.recipe import Recipe
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from workers.cluster.settings import Settings, load
from workers.schedules import Chores, Schedules

pytestmark = pytest.mark.server
RIVALS, ROUNDS = 4, 3
FAKE = "specs.testing.fake:spec"


def recipe(service: str, **more: object) -> Recipe:
    return Recipe.from_dict({"service": {"name": service, "type": FAKE}, **more})


@pytest.fixture
def settings(redis_url: str, postgres_database: str) -> Settings:
    return load({"HEADRACE_REDIS": redis_url, "HEADRACE_CATALOG": postgres_database})


@pytest.fixture
def cluster(settings: Settings) -> Iterator[Cluster]:
    with connected(settings) as made:
        yield made


def rival(settings: Settings, number: int, gate: threading.Barrier, wrong: list[Exception]) -> None:
    """A lease that runs out at once is everybody's."""
    try:
        with connected(settings) as mine:
            scheduler = Scheduler(mine, name=f"rival:{number}:1", lease=-1.0)
            gate.wait(PATIENCE)
            for _ in range(ROUNDS):
                assert scheduler.lead(), "all of them lead"
                scheduler.look()
                scheduler.close()
                scheduler.publish()
    except (HeadraceError, AssertionError, threading.BrokenBarrierError) as error:
        wrong.append(error)


def test_all_at_once(settings: Settings, cluster: Cluster, tmp_path: Path) -> None:
    ledger, schedules = cluster.ledger, Schedules(cluster.db)
    ended, late = [], []
    for number in range(6):
        service, path = f"ended{number}", str(tmp_path / f"{number}.jsonl")
        whole = recipe(service, sinks=[{"type": "jsonl", "path": path}]).to_dict()
        ended.append(ledger.open_run(Opening(service, FAKE, whole, (), slots=1, via="cluster"), now=time.time()).id)
        service = f"late{number}"
        root = Start("service", Scope.of(service), [service, service, {}, None])
        late.append(
            ledger.open_run(
                Opening(service, FAKE, {}, (root,), slots=1, via="cluster", deadline=-1.0), now=time.time()
            ).id
        )
        schedules.add(
            checked(f"s{number}", recipe(f"due{number}"), "* * * * *", "UTC", 0, "skip", "last", None,
                    now=time.time() - 300)
        )  # fmt: skip
    gate, wrong = threading.Barrier(RIVALS), list[Exception]()
    threads = [threading.Thread(target=rival, args=[settings, number, gate, wrong]) for number in range(RIVALS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert wrong == []
    chores = Chores(cluster.db)
    assert {ledger.run(run).state for run in ended} == {"complete"}
    assert {ledger.run(run).state for run in late} == {"cancelled"}
    assert all(chores.published(run)[0] and chores.published(run)[1]["attempts"] == 1 for run in ended)
    for number in range(6):
        assert [fire.outcome for fire in schedules.fires(f"s{number}", 100)].count("started") == 1
    assert len(ledger.runs(limit=100)) == 18


def test_a_finished_run_is_closed_whatever_its_tallies_say(cluster: Cluster) -> None:
    run = cluster.ledger.open_run(Opening("drifted", FAKE, {}, (), slots=1, via="cluster"), now=time.time()).id
    with cluster.db.write() as conn:
        conn.exec_driver_sql(
            "INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss)"
            f" VALUES ('{run}', 0, 5, 3, 0, 0, 0, 0)"
        )
    scheduler = Scheduler(cluster)
    assert Chores(cluster.db).finished() == []
    assert scheduler.lead()
    scheduler.look()
    assert cluster.ledger.run(run).state == "complete"
    scheduler.leave()
