"""A whole cluster in one command: it crawls, comes back, heals, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.scheduler.local.uprig import gone, headrace, short_folder, started
from tests.workers.cluster.rig import fake, undisturbed
from tests.workers.metrics.parsing import samples
from workers.queues.redis.link import connect

pytestmark = [pytest.mark.server, pytest.mark.chaos]
CONNECTION = {"schemas": 6, "tables": 60}
RECIPE = "service: {name: estate, type: 'specs.testing.fake:spec'}\nconnection: {schemas: 6, tables: 60}\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as made:
        (made / "recipe.yml").write_text(RECIPE)
        yield made


def test_up_crawls_like_the_embedded_product_and_keeps_its_catalog(folder: Path) -> None:
    calm = undisturbed(fake(**CONNECTION), folder)
    with started(folder, "--workers", "1") as up:
        done = headrace("enqueue", "recipe.yml", "--wait", "--json", cwd=folder, **up.environ)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["status"] == "complete"
        exported = headrace("export", cwd=folder, **up.environ)
        assert exported.stdout.splitlines() == calm

        url = re.search(r"Metrics: (\S+)", up.out.read_text())
        assert url
        with urllib.request.urlopen(url[1], timeout=PATIENCE) as answer:
            told = samples(answer.read().decode())
        assert told["headrace_runs", frozenset({("service", "estate"), ("state", "complete")})] == 1

        for file in ("redis.url", "catalog.url", "redis.password", "postgres.password"):
            assert stat.S_IMODE((up.place / file).stat().st_mode) == 0o600
        words = [(up.place / f"{name}.password").read_text() for name in ("redis", "postgres")]
        family = up.family()
        assert {"scheduler", "worker", "flusher"} <= {word for what in family.values() for word in what.split()}
        assert not [what for what in family.values() for word in words if word in what], "no password in ps"

        assert up.stop() == 0
        assert gone(family) == {}
        assert not [word for word in words if word in up.log + up.out.read_text()]
        assert "does not end" not in up.log

    with started(folder, "--workers", "1") as up:
        exported = headrace("export", cwd=folder, **up.environ)
        assert exported.stdout.splitlines() == calm
        # in its default folder it is found without being told
        again = headrace("enqueue", "recipe.yml", "--wait", "--json", cwd=folder, XDG_DATA_HOME=str(folder))
        tables = json.loads(again.stdout)["entities"]["Table"]
        assert tables["unchanged"] == tables["listed"] > 0
        assert "estate complete" in headrace("top", cwd=folder, XDG_DATA_HOME=str(folder)).stdout
        for command in (("status", json.loads(again.stdout)["run"]), ("tree",), ("export",)):
            found = headrace(*command, cwd=folder, XDG_DATA_HOME=str(folder))
            assert found.returncode == 0
            assert "estate" in found.stdout
            assert "(the cluster of headrace up)" in found.stderr
    lost = headrace("top", cwd=folder, XDG_DATA_HOME=str(folder))
    assert lost.returncode == 1
    assert lost.stderr.strip().endswith("or start one: headrace up")


def states(folder: Path, environ: dict[str, str]) -> dict[str, str]:
    runs = json.loads(headrace("runs", "--json", cwd=folder, **environ).stdout)
    return {run["service"]: run["state"] for run in runs}


def test_what_dies_is_started_again_and_a_killed_up_leaves_nothing(folder: Path) -> None:
    with started(folder, "--workers", "1") as up:
        refused = headrace("up", "--folder", str(up.place), cwd=folder)
        assert refused.returncode != 0
        assert refused.stderr.count("\n") <= 2
        assert f"a cluster is up in this folder already (process {up.process.pid})" in refused.stderr

        os.kill(up.worker(), signal.SIGKILL)
        up.until(lambda: re.search(r"worker .*was ended by SIGKILL; it is started again in 0.5 s", up.log))
        with connect((up.place / "redis.url").read_text()) as client:
            redis = client.info("server")["process_id"]  # a server's title differs from version to version
        assert redis in up.family()
        os.kill(redis, signal.SIGKILL)
        up.until(lambda: re.search(r"redis .*was ended by SIGKILL", up.log))
        done = headrace("enqueue", "recipe.yml", "--wait", "--json", cwd=folder, **up.environ)
        assert done.returncode == 0, done.stderr

        (folder / "slow.yml").write_text(
            RECIPE.replace("estate", "slow").replace("tables: 60", "tables: 60, latency: 300")
        )
        assert headrace("enqueue", "slow.yml", cwd=folder, **up.environ).returncode == 0
        family = up.family()
        assert len(family) >= 5
        up.process.kill()
        up.process.wait()
        assert gone(family) == {}

    with started(folder, "--workers", "1", "--json") as up:  # right after: what was killed does not stand in the way
        up.until(lambda: states(folder, up.environ).get("slow") == "complete")  # an open run goes on
        family = up.family()
        assert up.stop(signal.SIGTERM) == 0
        assert gone(family) == {}
        lines = [json.loads(line) for line in up.log.splitlines()]
        assert {"up", "scheduler", "worker", "flusher"} <= {line["process"] for line in lines}, "all lines are JSON"
