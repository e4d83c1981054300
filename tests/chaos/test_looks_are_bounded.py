"""Redis or the catalog hangs: ``top`` and ``doctor`` say what they could not ask, and end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.waiting import wait
from tests.servers.postgres import PostgresServer, create_database
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import PATIENCE, ROOT
from workers.store.database import open_database

pytestmark = [pytest.mark.chaos, pytest.mark.server]


def asked(folder: Path, redis: str, catalog: str, *arguments: str) -> tuple[int, str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HEADRACE_REDIS": redis, "HEADRACE_CATALOG": catalog}
    done = subprocess.run(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments], cwd=folder, env=environ,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def in_time(folder: Path, redis: str, catalog: str, *arguments: str) -> tuple[int, str]:
    """Asked until the catalog answers in its few seconds, which a busy machine may not leave it the first time."""

    def look() -> tuple[int, str] | None:
        code, told = asked(folder, redis, catalog, *arguments)
        return None if "the catalog did not answer" in told else (code, told)

    return wait(look)


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """All processes of the server: it takes connections, and says nothing."""
    os.killpg(os.getpgid(server.process.pid), signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(os.getpgid(server.process.pid), signal.SIGCONT)


def test_redis_hangs(redis_alone: RedisServer, postgres_database: str, tmp_path: Path) -> None:
    open_database(postgres_database).close()
    redis_alone.freeze()
    code, told = in_time(tmp_path, redis_alone.url, postgres_database, "top", "--once")
    assert (code, "Redis did not answer within" in told, "No run is open" in told) == (0, True, True), told
    code, told = in_time(tmp_path, redis_alone.url, postgres_database, "doctor", "--json")
    found = {each["name"]: each for each in json.loads(told)["findings"]}
    assert (code, found["redis"]["level"], found["cluster catalog"]["level"]) == (1, "bad", "ok")


def test_the_catalog_hangs(redis_alone: RedisServer, server: PostgresServer, tmp_path: Path) -> None:
    url = create_database(server.url, "catalog")
    open_database(url).close()
    with frozen(server):
        code, told = asked(tmp_path, redis_alone.url, url, "top", "--once")
        assert code != 0
        assert "the catalog did not answer within 5 s" in told
        assert "password" not in told
        code, told = asked(tmp_path, redis_alone.url, url, "doctor", "--json")
        found = {each["name"]: each for each in json.loads(told)["findings"]}
        assert (code, found["redis"]["level"]) == (1, "ok")
        assert found["catalog"]["level"] == found["cluster catalog"]["level"] == "bad"
