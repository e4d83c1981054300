"""``make test-compose``: the compose file under faults; after each the catalog is that of an undisturbed crawl.

Needs a Docker engine, or root on Debian to install one. Not among ``make test``: ``pytest tests/compose/crawls.py``.
"""

from __future__ import annotations

import json
import logging
import random
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compose import engine, images, versions
from tests.compose.engine import run
from tests.compose.stack import FAKE, Stack, calm, stack
from tests.estate import build
from workers.schedules import SCHEDULER, leads

WORKERS = 4
LEASE = 8.0
"""Seconds; ``override.yml`` sets them."""
log = logging.getLogger("compose")


@pytest.fixture(scope="session")
def composes() -> Iterator[dict[str, list[str]]]:
    try:
        with engine.engine() as private:
            log.info("on %s Docker engine", "a private" if private else "the machine's")
            images.prepare()
            yield versions.commands()
    except engine.Unavailable as error:
        pytest.exit(f"make test-compose cannot run here: {error}", returncode=3)


@pytest.fixture(scope="session", params=["v2", "v1"])
def cluster(request: pytest.FixtureRequest, composes: dict[str, list[str]]) -> Iterator[Stack]:
    if request.param not in composes:
        pytest.skip(f"compose {request.param} cannot be had here")
    with stack(composes[request.param]) as made:
        made.up(WORKERS)
        yield made


def estate(name: str, **connection: Any) -> dict[str, Any]:
    shape = {"schemas": 12, "tables": 600, "latency": 400, "page": 100, **connection}
    return {"service": {"name": name, "type": FAKE}, "connection": shape, "limits": {"connections": 8}}


def undisturbed(recipe: dict[str, Any]) -> list[str]:
    connection = {**recipe["connection"], "latency": 0}
    return calm({**recipe, "connection": connection})


def proven(cluster: Stack, name: str, disturb: Callable[[], None] | None = None, **connection: Any) -> dict[str, Any]:
    """A disturbed run ends complete, adds up, and leaves what an undisturbed one does."""
    recipe = estate(name, **connection)
    summary = cluster.crawled(cluster.recipe(name, recipe), disturb)
    assert (summary["status"], summary["incomplete_scopes"]) == ("complete", [])
    with cluster.ledger() as ledger:
        assert ledger.incomplete(summary["run"]) == []
        assert list(ledger.failures(summary["run"])) == []
    assert cluster.export(name) == undisturbed(recipe)
    return summary


def test_everything_is_healthy_and_may_do_little(cluster: Stack) -> None:
    assert cluster.unhealthy() == []
    assert len(cluster.containers("worker")) == WORKERS
    for container in cluster.containers():
        seen = cluster.inspect(container)
        assert seen["HostConfig"]["ReadonlyRootfs"], seen["Name"]
        assert seen["HostConfig"]["CapDrop"] == ["ALL"], seen["Name"]
        assert seen["Config"]["User"] not in ("", "root", "0"), seen["Name"]
        secrets = [line for line in seen["Config"]["Env"] if "://" in line]
        assert secrets == [], seen["Name"]
    worker = cluster.containers("worker")[0]
    assert cluster.inspect(worker)["HostConfig"]["Memory"] == 256 << 20
    assert run("docker", "exec", worker, "sh", "-c", "command -v gcc cc ld || true") == ""


def test_the_doctor_finds_nothing_and_metrics_are_published(cluster: Stack) -> None:
    scheduler = cluster.containers("scheduler")[0]
    told = json.loads(run("docker", "exec", scheduler, "headrace", "doctor", "--cluster", "--json"))
    assert [each for each in told["findings"] if each["level"] == "bad"] == []
    assert {"redis persistence", "cluster catalog", "catalog clock", "prefix"} <= {
        each["name"] for each in told["findings"]
    }
    notes = {each["name"] for each in told["findings"] if each["level"] == "note"}
    assert notes & {"redis memory", "redis persistence", "processes", "redis clock", "catalog clock"} == set()
    port = cluster.compose("port", "scheduler", "9108").strip().rpartition(":")[2]
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
    assert page.count('kind="worker"') >= WORKERS


def test_a_standby_takes_over(cluster: Stack) -> None:
    cluster.up(WORKERS, schedulers=2)
    assert len(cluster.containers("scheduler")) == 2

    def kill() -> None:
        with cluster.ledger() as ledger:
            leader = leads(ledger.db, SCHEDULER)
        assert leader is not None
        host = leader.partition(".")[0]
        (container,) = [each for each in cluster.containers("scheduler") if each.startswith(host)]
        run("docker", "kill", container)

    proven(cluster, "standby", kill)
    cluster.up(WORKERS)


def test_four_workers_crawl_as_one_process_does(cluster: Stack) -> None:
    proven(cluster, "calm")


def test_postgresql_as_source(cluster: Stack) -> None:
    source = f"{cluster.catalog.rpartition('/')[0]}/shop"
    cluster_database = cluster.containers("postgres")[0]
    run("docker", "exec", cluster_database, "createdb", "-U", "headrace", "-T", "template0", "shop")
    build.build_postgres(source)
    connection = {
        "host": "postgres", "port": 5432, "database": "shop", "username": "headrace",
        "password": "${file:/run/secrets/postgres-password}",
    }  # fmt: skip
    path = cluster.recipe("shop", {"service": {"name": "shop", "type": "postgres"}, "connection": connection})
    summary = cluster.crawled(path)
    assert (summary["status"], summary["incomplete_scopes"]) == ("complete", [])
    script = f"headrace crawl {path} --quiet >/dev/null && headrace export"
    embedded = cluster.compose(
        "run", "--rm", "--no-deps", "-T", "-e", "HEADRACE_CATALOG=/tmp/calm.db", "--entrypoint", "sh", "worker",
        "-c", script,
    )  # fmt: skip
    assert cluster.export("shop") == embedded.splitlines()


def test_a_worker_is_killed(cluster: Stack) -> None:
    def kill() -> None:
        run("docker", "kill", random.choice(cluster.containers("worker")))

    proven(cluster, "killed", kill)
    cluster.up(WORKERS)


def test_a_worker_is_frozen_beyond_its_lease(cluster: Stack) -> None:
    def freeze() -> None:
        worker = random.choice(cluster.containers("worker"))
        run("docker", "pause", worker)
        time.sleep(1.5 * LEASE)
        run("docker", "unpause", worker)

    proven(cluster, "frozen", freeze, latency=800)
    cluster.up(WORKERS)


def test_a_container_is_killed_by_its_memory_limit(cluster: Stack) -> None:
    """The kernel takes the container's first process, which we offer to it: all of the container goes at once."""

    def fill() -> None:
        worker = random.choice(cluster.containers("worker"))
        first = cluster.inspect(worker)["State"]["Pid"]
        try:
            Path(f"/proc/{first}/oom_score_adj").write_text("1000")
        except OSError as error:
            pytest.skip(f"only root of the engine's machine may offer a process to the kernel: {error}")
        run("docker", "exec", worker, "python", "-c", "held = bytearray(400 << 20)", check=False)
        cluster.until(lambda: cluster.inspect(worker)["RestartCount"] == 1)

    proven(cluster, "starved", fill)
    cluster.up(WORKERS)


@pytest.mark.parametrize("action", ["hog", "flood"])
def test_an_object_that_takes_all_memory_fails_alone(cluster: Stack, action: str) -> None:
    """The worker's watchdog, or the kernel, kills the pool process; the unit is read more carefully, and ends without
    that one object."""
    poison = f"{action}.db_00.schema_0003.t0000007"
    fault = {"at": "build", "where": poison, "action": action}
    recipe = estate(action, faults=[fault], schemas=6, latency=50)
    summary = cluster.crawled(cluster.recipe(action, recipe))
    with cluster.ledger() as ledger:
        assert [each.fqn for each in ledger.failures(summary["run"])] == [poison]
        assert ledger.incomplete(summary["run"]) == []
    assert summary["status"] == "partial"
    harmless = estate(action, faults=[{**fault, "action": "skip"}], schemas=6)
    assert cluster.export(action) == undisturbed(harmless)
    cluster.up(WORKERS)


def test_a_worker_loses_its_network(cluster: Stack) -> None:
    def cut() -> None:
        worker = random.choice(cluster.containers("worker"))
        network = next(iter(cluster.inspect(worker)["NetworkSettings"]["Networks"]))
        run("docker", "network", "disconnect", network, worker)
        time.sleep(1.5 * LEASE)
        run("docker", "network", "connect", network, worker)

    proven(cluster, "cut", cut, latency=800)
    cluster.up(WORKERS)


def test_everything_is_restarted_one_after_the_other(cluster: Stack) -> None:
    def restart() -> None:
        for service in ("scheduler", "worker", "flusher", "publisher"):
            for container in cluster.containers(service):
                run("docker", "restart", "-t", "30", container)

    summary = proven(cluster, "rolling", restart, latency=800)
    with cluster.ledger() as ledger:
        assert [unit.id for unit in ledger.units(summary["run"]) if unit.crashes] == []
    cluster.up(WORKERS)


def test_redis_and_postgresql_are_restarted(cluster: Stack) -> None:
    def restart() -> None:
        for service in ("redis", "postgres"):
            run("docker", "restart", "-t", "60", cluster.containers(service)[0])
        cluster.forget()

    proven(cluster, "servers", restart, latency=800)
    cluster.up(WORKERS)
