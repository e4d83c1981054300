"""Real schedulers beside real workers: runs close without anybody waiting, whoever dies."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from scheduler.app.runs.cluster import enqueue
from scheduler.control.schedules.additions import checked
from tests.workers.cluster.rig import PATIENCE, Cluster, cluster, fake, undisturbed
from workers.queues.redis.link import connect
from workers.schedules import Schedules, leads

pytestmark = [pytest.mark.chaos, pytest.mark.server]
RECIPE = fake(schemas=6, tables=60)


def lite(folder: Path) -> str:
    return f"sqlite:///{folder / 'wild.db'}"


def enqueued(made: Cluster) -> str:
    """A run that nobody waits for."""
    return enqueue(made.settings, RECIPE, wait=False)[0].id


def closed(made: Cluster, run: str) -> None:
    with made.ledger() as ledger:
        made.until(lambda: not ledger.run(run).open)
        assert (ledger.run(run).state, ledger.run(run).reason) == ("complete", "")


def leader(made: Cluster) -> str | None:
    with made.ledger() as ledger:
        return leads(ledger.db, "scheduler")


def test_a_scheduler_closes_what_nobody_waits_for(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    calm = undisturbed(RECIPE, tmp_path)
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(1)
        scheduler = made.scheduler()
        closed(made, enqueued(made))
        assert made.export() == calm
        scheduler.send_signal(signal.SIGTERM)
        assert scheduler.wait(PATIENCE) == 0, made.log(scheduler)
        assert leader(made) is None, "the lease was given back"
        assert "Traceback" not in made.log(scheduler)


def test_another_scheduler_takes_over(redis_url: str, tmp_path: Path) -> None:
    calm = undisturbed(RECIPE, tmp_path)
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        first = made.scheduler()
        second = made.scheduler()
        assert "stands by" in made.log(second)
        run = enqueued(made)
        with connect(redis_url) as client:
            client.flushall()  # the hint is lost: a leader must publish it again
        os.killpg(first.pid, signal.SIGKILL)
        made.worker(1)
        closed(made, run)
        assert "this scheduler leads" in made.log(second)
        assert made.export() == calm


def test_two_schedulers_fire_each_time_once(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    """Several hours have passed without any; then two begin, and the one that led is killed."""
    began, names = time.time() - 3.5 * 3600, [f"s{number}" for number in range(5)]
    with cluster(redis_url, postgres_database, tmp_path) as made, made.ledger() as ledger:
        schedules = Schedules(ledger.db)

        def add(name: str) -> None:
            recipe = RECIPE.model_copy(update={"service": RECIPE.service.model_copy(update={"name": name})})
            schedules.add(checked(name, recipe, "0 * * * *", "UTC", 0, "skip", "last", None, now=began))

        for name in names:
            add(name)
        both = [made.start("scheduler") for _ in range(2)]
        made.until(lambda: all("leads" in made.log(process) for process in both))
        made.until(lambda: len(ledger.runs(limit=100)) == len(names))
        first = next(process for process in both if "this scheduler leads" in made.log(process))
        second = both[1 - both.index(first)]
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        made.until(lambda: "this scheduler leads" in made.log(second))
        names.append("new")
        add("new")
        made.until(lambda: any(run.service == "new" for run in ledger.runs(limit=100)))
        for name in names:
            outcomes = [fire.outcome for fire in schedules.fires(name, 100)]
            assert outcomes.count("started") == 1
            assert outcomes.count("missed") >= 2
        assert len(ledger.runs(limit=100)) == len(names)
