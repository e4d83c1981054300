"""``headrace doctor`` on clusters: what is well, what is not, and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.doctor.cluster_findings import examine
from scheduler.app.doctor.finding import Finding
from specs.errors import Fatal
from tests.patience import PATIENCE
from tests.servers.redis import RedisServer
from workers.cluster.membership import check
from workers.cluster.settings import Settings, load
from workers.presence import Presence
from workers.queues.redis.link import connect
from workers.store.database import SqlDatabase, open_database

ROOT = Path(__file__).parents[4]
ELSEWHERE = "another-machine:7:1"


def settings(redis: str, catalog: str, **environ: str) -> Settings:
    return load({"HEADRACE_REDIS": redis, "HEADRACE_CATALOG": catalog, **environ})


def findings(given: Settings, *, several: bool = False, ahead: float = 0.0) -> dict[str, Finding]:
    return {each.name: each for each in examine(given, several=several, clock=lambda: time.time() + ahead)}


@contextmanager
def opened(catalog: str) -> Iterator[SqlDatabase]:
    db = open_database(catalog)
    yield db
    db.close()


def lite(folder: Path) -> str:
    return f"sqlite:///{folder / 'c.db'}"


def test_a_sound_cluster_has_nothing_bad(redis_url: str, postgres_database: str) -> None:
    given = settings(redis_url, postgres_database)
    check(given)
    with opened(postgres_database) as db:
        for kind in ("scheduler", "worker", "flusher"):
            Presence(db, kind, name=f"{kind}:1:1").beat()
    found = findings(given, several=True)
    assert {each.level for each in found.values()} <= {"ok", "note"}
    assert "maxmemory" in found["redis memory"].evidence
    assert found["redis memory"].level == "note"
    assert found["processes"].evidence == "1 flusher, 1 scheduler, 1 worker on 3 hosts"
    assert found["prefix"].evidence == "headrace, ours"


def test_sqlite_is_refused_for_several_machines(redis_url: str, tmp_path: Path) -> None:
    given = settings(redis_url, lite(tmp_path))
    assert findings(given)["cluster catalog"].level == "ok"
    told = findings(given, several=True)["cluster catalog"]
    assert (told.level, "locks" in told.evidence, "postgresql://" in told.remedy) == ("bad", True, True)
    with opened(lite(tmp_path)) as db:
        Presence(db, "worker", name=ELSEWHERE).beat()
    assert findings(given)["cluster catalog"].level == "bad"
    with pytest.raises(Fatal, match=f"worker {ELSEWHERE} of another machine"):
        check(given)


def test_postgresql_serves_several_machines(redis_url: str, postgres_database: str) -> None:
    with opened(postgres_database) as db:
        Presence(db, "worker", name=ELSEWHERE).beat()
    check(settings(redis_url, postgres_database))


def test_settings_of_redis_that_do_harm(redis_alone: RedisServer, tmp_path: Path) -> None:
    given = settings(redis_alone.url, lite(tmp_path))
    with redis_alone.client() as client:
        client.config_set("maxmemory-policy", "volatile-lru")
        client.config_set("appendonly", "no")
        client.config_set("maxmemory", 100_000_000)
    found = findings(given)
    assert (found["redis eviction"].level, found["redis persistence"].level) == ("bad", "note")
    assert (found["redis memory"].level, "512mb" in found["redis memory"].remedy) == ("note", True)
    with redis_alone.client() as client:
        client.config_set("maxmemory", 600_000_000)
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("appendonly", "yes")
    found = findings(given)
    assert {found[f"redis {name}"].level for name in ("eviction", "persistence", "memory")} == {"ok"}


def test_clocks_that_differ(redis_url: str, postgres_database: str) -> None:
    given = settings(redis_url, postgres_database)
    for ahead, level in ((0.0, "ok"), (10.0, "note"), (100.0, "bad")):
        found = findings(given, ahead=ahead)
        assert (found["redis clock"].level, found["catalog clock"].level) == (level, level)


def test_a_prefix_that_is_taken(redis_url: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    check(settings(redis_url, lite(tmp_path / "other")))
    told = findings(settings(redis_url, lite(tmp_path)))["prefix"]
    assert (told.level, "HEADRACE_PREFIX" in told.remedy) == ("bad", True)
    own = {"HEADRACE_PREFIX": "own"}
    assert findings(settings(redis_url, lite(tmp_path), **own))["prefix"].evidence == "own, free"
    with connect(redis_url) as client:
        assert client.keys("own:*") == []
    check(settings(redis_url, lite(tmp_path), **own))
    told = findings(settings(redis_url, lite(tmp_path), HEADRACE_SHARDS="2", **own))["prefix"]
    assert (told.level, "HEADRACE_SHARDS=4" in told.remedy) == ("bad", True)


def test_what_cannot_be_reached_is_told(tmp_path: Path) -> None:
    found = findings(settings("redis://:geheim77@127.0.0.1:1/0", "postgresql://u:geheim77@127.0.0.1:1/x"))
    assert found["redis"].level == found["cluster catalog"].level == "bad"
    assert "geheim77" not in str(found)


def doctor(folder: Path, *arguments: str, **environ: str) -> tuple[int, dict[str, Any]]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HEADRACE_")}
    done = subprocess.run(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "doctor", "--json", *arguments],
        cwd=folder, env={**inherited, "PYTHONPATH": str(ROOT), **environ}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, {each["name"]: each for each in json.loads(done.stdout)["findings"]}


def test_the_command(redis_url: str, tmp_path: Path) -> None:
    file = tmp_path / "catalog"
    file.write_text(lite(tmp_path))
    code, found = doctor(tmp_path, HEADRACE_REDIS=redis_url, HEADRACE_CATALOG_FILE=str(file))
    assert (code, found["cluster catalog"]["level"]) == (0, "ok")
    code, found = doctor(tmp_path, "--cluster", "--redis", redis_url, "--catalog", lite(tmp_path))
    assert (code, found["cluster catalog"]["level"]) == (1, "bad")
    code, found = doctor(
        tmp_path, "--cluster", "--catalog", lite(tmp_path), HEADRACE_SHARDS="many", HEADRACE_REDIS="x://"
    )
    assert (code, "HEADRACE_SHARDS" in found["settings"]["evidence"]) == (1, True)
