"""``headrace worker``: refuses what cannot work in one line, fits into its memory, leaves large units to others."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from specs.recipe.recipe import Recipe
from tests.servers.process import free_port
from tests.workers.cluster.rig import FAKE, PATIENCE, Cluster, cluster, fake
from workers.presence import Process, live
from workers.store.database import open_database

pytestmark = [pytest.mark.chaos, pytest.mark.server]
MB = 1 << 20


def lite(folder: Path) -> str:
    return f"sqlite:///{folder / 'wild.db'}"


def refused(made: Cluster, *arguments: str, **environ: str) -> str:
    """What a worker that does not start writes."""
    done = subprocess.run(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "worker", *arguments],
        env={**made.environ, **environ}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    return done.stderr


def processes(made: Cluster, kind: str) -> list[Process]:
    with closing(open_database(made.catalog)) as db:
        return live(db, kind)


def test_what_cannot_work_is_refused_in_one_line(redis_url: str, tmp_path: Path) -> None:
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        told = refused(made, HEADRACE_MEMORY="100m")
        assert "100 MB of memory are too little for 1 worker process (HEADRACE_MEMORY)" in told
        assert "allow at least" in told
        assert len(told.strip().splitlines()) == 1
        assert "lower --concurrency" in refused(made, "--concurrency", "4", HEADRACE_MEMORY="300m")
        assert "HEADRACE_MEMORY is wrong" in refused(made, HEADRACE_MEMORY="much")
        told = refused(made, "--queue", "huge")
        assert "small" in told
        assert "large" in told


def test_a_worker_fits_into_its_memory_and_tells_who_it_is(redis_url: str, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        worker = made.start("worker", "--metrics", address, HEADRACE_MEMORY="300m")
        made.until(lambda: "ready." in made.log(worker) or worker.poll() is not None)
        assert made.crawl(fake(schemas=2, tables=20)).status == "complete"
        made.until(lambda: processes(made, "worker") and processes(made, "child"))
        ((parent,), (child,)) = processes(made, "worker"), processes(made, "child")
        assert (parent.queue, parent.budget) == ("small", 300 * MB)
        assert parent.info["processes"] == 1, "two would have less than each needs"
        assert (child.queue, child.name != parent.name, child.rss > 20 * MB) == ("small", True, True)
        assert 112 * MB <= (child.budget or 0) < 255 * MB
        assert child.info["counters"]["claims"] >= 1
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=PATIENCE) as answer:
            page = answer.read().decode()
        assert 'headrace_process_resident_bytes{process="' in page
        assert f"{float(300 * MB)}" in page or f" {300 * MB}" in page
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=PATIENCE) as answer:
            assert answer.read() == b"ok\n"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0
        assert processes(made, "worker") == []


def test_a_unit_that_ran_out_of_memory_twice_is_left_to_large_workers(redis_url: str, tmp_path: Path) -> None:
    where = "estate.db_00.schema_0001.t0000017"
    fault = {"at": "build", "where": where, "action": "hog", "times": 2}
    recipe = fake(schemas=3, tables=1200, columns=1, faults=[fault], state=str(tmp_path / "state"))
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        small = made.start("worker", "--concurrency", "1", HEADRACE_MEMORY="260m")
        large = made.start("worker", "--queue", "large", "--concurrency", "1", HEADRACE_MEMORY="280m")
        for each in (small, large):
            made.until(lambda each=each: "ready." in made.log(each) or each.poll() is not None)  # type: ignore[misc]
        made.until(lambda: {process.queue for process in processes(made, "worker")} == {"small", "large"})
        summary = made.crawl(recipe)
        assert (summary.status, summary.entities["Table"].emitted) == ("complete", 3600), made.log(small)
        with closing(open_database(made.catalog)) as db, db.read() as conn:
            rows = conn.exec_driver_sql("SELECT scope, node, queue FROM units WHERE queue = 'large'").all()
        assert [json.loads(row.scope)[-1] for row in rows] == ["schema_0001"]


def test_a_secret_file_that_only_the_worker_lacks_ends_the_run_and_no_process(redis_url: str, tmp_path: Path) -> None:
    lost = "${file:/nowhere/password}"
    recipe = Recipe.from_dict({"service": {"name": "estate", "type": FAKE}, "connection": {"server": lost}})
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        worker = made.worker(1)
        summary = made.crawl(recipe)
        assert summary.status == "failed"
        for words in ("connection.server", "/nowhere/password", "(worker ", "resolved by the workers: mount that file"):
            assert words in summary.reason
        assert made.crawl(fake(schemas=1, tables=5)).status == "complete"
        assert worker.poll() is None
        assert "exited with" not in made.log(worker)
