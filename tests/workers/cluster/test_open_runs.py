"""Runs that people stop: paused, resumed, cancelled, past their deadline, under real workers."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from scheduler.app.runs.cluster import enqueue
from scheduler.cli.cli import run as headrace
from specs.recipe.recipe import Recipe
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import FAKE, PATIENCE, ROOT, Cluster, cluster, exported, fake, undisturbed

pytestmark = [pytest.mark.chaos, pytest.mark.server]
SLOW = fake(schemas=8, tables=120, latency=60, page=40)


def lite(folder: Path) -> str:
    return f"sqlite:///{folder / 'wild.db'}"


def said(made: Cluster, *arguments: str) -> str:
    """What the command prints."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = headrace([*arguments, "--catalog", made.catalog])
    assert code == 0, err.getvalue()
    return out.getvalue().strip()


def at_work(made: Cluster, recipe: Recipe) -> str:
    """A run in the hands of a worker."""
    run = enqueue(made.settings, recipe, wait=False)[0].id
    with made.ledger() as ledger:
        made.until(lambda: ledger.holders(run)[0])
    return run


def test_paused_and_resumed(redis_url: str, tmp_path: Path) -> None:
    calm = undisturbed(SLOW, tmp_path)
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        made.worker(2, HEADRACE_LEASE="4")
        made.scheduler()
        run = at_work(made, SLOW)
        said(made, "pause", run)
        with made.ledger() as ledger:
            made.until(lambda: not ledger.holders(run)[0])
            made.until(lambda: not ledger.holders(run)[1])
            before = ledger.progress(run)
            time.sleep(1.0)
            assert ledger.progress(run) == before, "it rests"
            assert ledger.run(run).open
            assert all(unit.crashes == unit.attempts == 0 for unit in ledger.units(run))
            said(made, "resume", run)
            made.until(lambda: not ledger.run(run).open)
            assert ledger.run(run).state == "complete"
        assert made.export() == calm


def test_cancelled_and_crawled_again(redis_url: str, tmp_path: Path) -> None:
    calm = undisturbed(SLOW, tmp_path)
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        worker = made.worker(1)
        made.scheduler()
        run = at_work(made, SLOW)
        said(made, "cancel", run)
        with made.ledger() as ledger:
            assert ledger.run(run).state == "cancelled"
            second = at_work(made, SLOW)
            made.until(lambda: not ledger.run(second).open)
            assert ledger.run(second).state == "complete"
        assert worker.poll() is None
        assert made.export() == calm


def test_a_deadline_cancels(redis_url: str, tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    recipe.write_text(json.dumps(SLOW.to_dict()))
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.scheduler()
        said(made, "schedule", "add", "late", str(recipe), "--cron", "0 3 * * *", "--deadline", "1s")
        run = said(made, "schedule", "run", "late")
        with made.ledger() as ledger:
            made.until(lambda: not ledger.run(run).open)
            assert (ledger.run(run).state, ledger.run(run).schedule) == ("cancelled", "late")
            assert "deadline" in ledger.run(run).reason


def test_a_schedule_fills_the_catalog(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    """Fired by hand, crawled by workers, closed by the scheduler, which writes the sink."""
    recipe = tmp_path / "r.yml"
    target = tmp_path / "out.jsonl"
    whole = fake(schemas=4, tables=30).to_dict()
    calm = undisturbed(Recipe.from_dict(whole), tmp_path)
    recipe.write_text(json.dumps({**whole, "sinks": [{"type": "jsonl", "path": str(target)}]}))
    with cluster(redis_url, postgres_database, tmp_path) as made:
        made.flusher()
        made.worker(1)
        scheduler = made.scheduler("--listen", "127.0.0.1:0")
        said(made, "schedule", "add", "nightly", str(recipe), "--cron", "0 3 * * *", "--zone", "Europe/Berlin")
        run = said(made, "schedule", "run", "nightly")
        with made.ledger() as ledger:
            made.until(lambda: not ledger.run(run).open)
        made.until(target.exists)
        assert target.read_text().splitlines() == [line.rstrip("\n") for line in exported(made.catalog)]
        assert made.export() == calm
        found = re.search(r"http://(\S+) answers", made.log(scheduler))
        assert found
        assert _got(found[1], "/healthz") == "ok\n"
        assert "headrace_runs" in _got(found[1], "/metrics")
        made.until(lambda: "are written" in made.log(scheduler))
        assert made.log(scheduler).count("are written") == 1


def test_schedulers_outlast_redis_and_stop(redis_alone: RedisServer, tmp_path: Path) -> None:
    recipe = fake(schemas=2, tables=10)
    with cluster(redis_alone.url, lite(tmp_path), tmp_path) as made:
        scheduler = made.scheduler()
        run = enqueue(made.settings, recipe, wait=False)[0].id
        redis_alone.kill()
        made.until(lambda: "Redis cannot be reached" in made.log(scheduler))
        assert scheduler.poll() is None
        redis_alone.start()
        made.flusher()
        made.worker(1)
        with made.ledger() as ledger:
            made.until(lambda: not ledger.run(run).open)
        made.until(lambda: "works again" in made.log(scheduler))
        scheduler.send_signal(signal.SIGTERM)
        assert scheduler.wait(PATIENCE) == 0, "two seconds, and what a loaded machine adds"
        assert "Traceback" not in made.log(scheduler)


def test_a_run_of_one_command_can_be_cancelled(tmp_path: Path) -> None:
    """The process that crawls sees that its run is closed, and ends."""
    recipe = tmp_path / "r.yml"
    recipe.write_text(f'{{service: {{name: estate, type: "{FAKE}"}}, connection: {{schemas: 20, latency: 200}}}}')
    crawl = subprocess.Popen(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "crawl", str(recipe), "--catalog", "c.db"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    try:
        made = Cluster("redis://127.0.0.1:1/0", lite(tmp_path), tmp_path)
        made.catalog = f"sqlite:///{tmp_path / 'c.db'}"
        with made.ledger() as ledger:
            made.until(lambda: any(ledger.holders(run.id)[0] for run in ledger.open_runs()))
            (run,) = ledger.open_runs()
            said(made, "cancel", run.id)
            out, _ = crawl.communicate(timeout=PATIENCE)
            assert ledger.run(run.id).state == "cancelled"
        assert crawl.returncode == 3
        assert "cancelled: by hand" in out
        assert "Traceback" not in out
    finally:
        crawl.kill()
        crawl.communicate()


def _got(address: str, path: str) -> str:
    with urllib.request.urlopen(f"http://{address}{path}", timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def test_who_stops_waiting_does_not_stop_the_run(redis_url: str, tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    recipe.write_text(json.dumps(SLOW.to_dict()))
    with cluster(redis_url, lite(tmp_path), tmp_path) as made:
        made.flusher()
        made.scheduler()
        waiting = made.start("enqueue", str(recipe), "--wait", "--quiet")
        with made.ledger() as ledger:
            made.until(ledger.open_runs)
            (run,) = ledger.open_runs()
            time.sleep(0.5)  # it waits by now, most likely; if not, it ends as interrupted all the same
            waiting.send_signal(signal.SIGINT)
            assert waiting.wait(PATIENCE) == 130
            made.worker(2)
            made.until(lambda: not ledger.run(run.id).open)
            assert ledger.run(run.id).state == "complete"
        assert "Traceback" not in made.log(waiting)
