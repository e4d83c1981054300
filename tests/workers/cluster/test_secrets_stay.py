"""Secrets are in the environment of processes and nowhere else: every place that a cluster writes to is searched."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from tests.patience import PATIENCE
from tests.servers import postgres
from tests.servers.process import free_port
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import Cluster, cluster
from tests.workers.cluster.test_bad_starts import headrace

pytestmark = pytest.mark.server
SECRETS = {
    "redis": "redis-geheim-11", "catalog": "catalog-geheim-22", "source": "source-geheim-33", "sink": "sink-geheim-44",
    "wrong": "wrong-geheim-55",
}  # fmt: skip


def recipe(name: str, url: str, password: str, folder: Path) -> Path:
    """A crawl of the catalog's own server, whose changes go to a sink that nobody answers."""
    port = int(url.rpartition(":")[2].partition("/")[0])
    connection = {"host": "127.0.0.1", "port": port, "database": "postgres", "username": "reader", "password": password}
    sink = {
        "type": "webhook", "mode": "changes", "url": "http://127.0.0.1:1/${env:SINK}",
        "headers": {"X-Token": "${env:SINK}"},
    }  # fmt: skip
    file = folder / f"{name}.yml"
    service = {"name": name, "type": "postgres"}
    file.write_text(yaml.safe_dump({"service": service, "connection": connection, "sinks": [sink]}))
    return file


def written(made: Cluster, redis: RedisServer, administrator: str) -> Iterator[tuple[str, str]]:
    """Every place and what it holds."""
    for log in made.logs:
        yield f"log {log.name}", log.read_text(errors="replace")
    with psycopg.connect(administrator) as connection:
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            rows = connection.execute(f'SELECT t::text FROM "{table}" t').fetchall()
            yield f"table {table}", "\n".join(row[0] for row in rows)
            for name, kind in connection.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table]
            ).fetchall():
                if kind == "bytea":
                    blobs = connection.execute(f'SELECT "{name}" FROM "{table}" WHERE "{name}" IS NOT NULL').fetchall()
                    yield f"table {table}.{name}", "\n".join(bytes(blob[0]).decode("latin-1") for blob in blobs)
    yield (
        "redis log of writes",
        "".join(path.read_bytes().decode("latin-1") for path in redis.folder.rglob("*.aof") if path.is_file()),
    )
    for process in made.processes:
        yield f"arguments of {process.pid}", Path(f"/proc/{process.pid}/cmdline").read_text()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_no_secret_is_anywhere_else(
    redis_alone: RedisServer, postgres_url: str, postgres_database: str, tmp_path: Path
) -> None:
    name = postgres_database.rpartition("/")[2]
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        for role, secret in (("reader", SECRETS["source"]), ("keeper", SECRETS["catalog"])):
            admin.execute(f"DROP ROLE IF EXISTS {role}")
            admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{secret}'")
        admin.execute(f'ALTER DATABASE "{name}" OWNER TO keeper')
    with redis_alone.client() as client:
        client.config_set("requirepass", SECRETS["redis"])
    address = postgres_database.rpartition("@")[2]
    redis = f"redis://:{SECRETS['redis']}@127.0.0.1:{redis_alone.port}/0"
    catalog = f"postgresql://keeper:{SECRETS['catalog']}@{address}"
    ports = {kind: f"127.0.0.1:{free_port()}" for kind in ("scheduler", "worker", "flusher", "publisher")}
    environ = {"SINK": SECRETS["sink"], "GOOD": SECRETS["source"], "BAD": SECRETS["wrong"]}
    try:
        with cluster(redis, catalog, tmp_path, **environ) as made:
            for kind, port in ports.items():
                made.start(kind, "--listen" if kind == "scheduler" else "--metrics", port)
            good = recipe("good", postgres_url, "${env:GOOD}", tmp_path)
            bad = recipe("bad", postgres_url, "${env:BAD}", tmp_path)
            told = {"HEADRACE_REDIS": redis, "HEADRACE_CATALOG": catalog, **environ}
            code, out = headrace(tmp_path, "enqueue", str(good), "--wait", "--quiet", **told)
            places = {"enqueue good": out}
            assert code in (0, 4), out
            code, places["enqueue bad"] = headrace(tmp_path, "enqueue", str(bad), "--wait", "--quiet", **told)
            assert code == 2, places["enqueue bad"]
            for arguments in (
                ["runs"],
                ["status", "--json", "last"],
                ["top", "--once"],
                ["doctor", "--json"],
                ["export"],
            ):
                places[" ".join(arguments)] = headrace(tmp_path, *arguments, **told)[1]
            made.until(lambda: "webhook" in "".join(log.read_text() for log in made.logs))
            for kind, port in ports.items():
                places[f"metrics of {kind}"] = (
                    urllib.request.urlopen(f"http://{port}/metrics", timeout=PATIENCE).read().decode()
                )
            places |= dict(written(made, redis_alone, f"{postgres_url.rpartition('/')[0]}/{name}"))
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(f'ALTER DATABASE "{name}" OWNER TO {postgres.USER}')
            with psycopg.connect(f"{postgres_url.rpartition('/')[0]}/{name}", autocommit=True) as inner:
                inner.execute(f"REASSIGN OWNED BY keeper TO {postgres.USER}")
            admin.execute("DROP ROLE IF EXISTS keeper")
            admin.execute("DROP ROLE IF EXISTS reader")
    assert [place for place, text in places.items() if not text and not place.startswith(("table", "log"))] == []
    assert "headrace:sink" in places["redis log of writes"]
    assert {
        (place, name) for place, text in places.items() for name, secret in SECRETS.items() if secret in text
    } == set()
