"""Processes of a cluster that cannot start say which setting is wrong and what to do, and end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import FAKE, ROOT
from workers.store.database import open_database

SECRET = "geheim77"


def headrace(folder: Path, *arguments: str, **environ: str) -> tuple[int, str]:
    """Exit code and everything written."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HEADRACE_")}
    done = subprocess.run(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments],
        cwd=folder, env={**inherited, "PYTHONPATH": str(ROOT), **environ}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.parametrize("process", ["worker", "flusher", "scheduler"])
def test_what_is_missing_or_wrong_is_named(process: str, redis_alone: RedisServer, tmp_path: Path) -> None:
    good = {"HEADRACE_REDIS": redis_alone.url, "HEADRACE_CATALOG": str(tmp_path / "c.db")}
    code, out = headrace(tmp_path, process, HEADRACE_CATALOG="c.db")
    assert (code, out.startswith(f"error: {process}: HEADRACE_REDIS is not set")) == (1, True), out
    with redis_alone.client() as client:
        client.config_set("requirepass", "other")
    wrong = f"redis://:{SECRET}@127.0.0.1:{redis_alone.port}/0"
    code, out = headrace(tmp_path, process, **{**good, "HEADRACE_REDIS": wrong})
    assert (code, "refused the user" in out, "HEADRACE_REDIS" in out) == (2, True, True), out
    assert SECRET not in out
    assert "Traceback" not in out


def test_another_number_of_shards_is_refused(redis_url: str, tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    recipe.write_text(f'service: {{name: estate, type: "{FAKE}"}}\n')
    environ = {"HEADRACE_REDIS": redis_url, "HEADRACE_CATALOG": str(tmp_path / "c.db")}
    code, out = headrace(tmp_path, "enqueue", str(recipe), "--json", **environ)
    assert (code, '"state": "running"' in out) == (0, True), out
    code, out = headrace(tmp_path, "flusher", HEADRACE_SHARDS="2", **environ)
    assert (code, "HEADRACE_SHARDS=4" in out) == (2, True), out


def test_an_unknown_queue_and_a_typed_password_are_refused(redis_url: str, tmp_path: Path) -> None:
    environ = {"HEADRACE_REDIS": redis_url, "HEADRACE_CATALOG": str(tmp_path / "c.db")}
    code, out = headrace(tmp_path, "worker", "--queue", "smal", **environ)
    assert (code, "small" in out) == (1, True), out
    code, out = headrace(tmp_path, "enqueue", f"postgresql://u:{SECRET}@127.0.0.1:1/x", **environ)
    assert (code, "cannot be typed" in out, "nor stand in a URL" in out) == (1, True, True), out
    assert SECRET not in out
    written = tmp_path / "written.yml"
    written.write_text(
        f"service: {{name: x, type: postgres}}\nconnection: {{host: h, username: u, password: {SECRET}}}\n"
    )
    code, out = headrace(tmp_path, "enqueue", str(written), **environ)
    assert (code, out.count("\n"), "cannot be typed" in out) == (1, 1, True), out
    assert SECRET not in out


@pytest.mark.server
def test_a_scheduler_refuses_catalogs_that_it_cannot_use(
    redis_url: str, postgres_database: str, tmp_path: Path
) -> None:
    absent = postgres_database.rpartition("/")[0] + "/nowhere"
    code, out = headrace(tmp_path, "scheduler", HEADRACE_REDIS=redis_url, HEADRACE_CATALOG=absent)
    assert (code > 0, out.count("\n"), "does not exist" in out) == (True, 1, True), out
    newer = open_database(postgres_database)
    with newer.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    newer.close()
    code, out = headrace(tmp_path, "scheduler", HEADRACE_REDIS=redis_url, HEADRACE_CATALOG=postgres_database)
    assert (code > 0, out.count("\n"), "this program knows" in out) == (True, 1, True), out
    code, out = headrace(
        tmp_path, "scheduler", "--listen", "nonsense", HEADRACE_REDIS=redis_url, HEADRACE_CATALOG=str(tmp_path / "c.db")
    )
    assert (code, "write HOST:PORT" in out) == (1, True), out
