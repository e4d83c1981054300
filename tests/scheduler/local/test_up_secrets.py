"""No secret in any log line, ledger row, Redis key, metric or message: a whole cluster is searched for them."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.patience import PATIENCE
from tests.scheduler.local.uprig import UpProcess, headrace, short_folder, started
from workers.queues.redis.link import connect

pytestmark = [pytest.mark.server, pytest.mark.chaos]
SOURCE, WRONG, HOOK, HEADER = (f"s3cret-{name}-9f2c" for name in ("source", "wrong", "hook", "header"))
ENVIRON = {"SRC_PASSWORD": SOURCE, "WRONG_PASSWORD": WRONG, "HOOK_SECRET": HOOK, "HOOK_HEADER": f"Bearer {HEADER}"}
RECIPE = """
service: {{name: {name}, type: postgres}}
connection: {{host: {host}, port: {port}, database: {database}, username: {user}, password: "${{env:{variable}}}"}}
sinks:
  - type: webhook
    url: http://127.0.0.1:9/nobody
    hmac_secret: "${{env:HOOK_SECRET}}"
    headers: {{Authorization: "${{env:HOOK_HEADER}}"}}
"""


@pytest.fixture
def source(postgres_database: str) -> Iterator[dict[str, object]]:
    """A database with a table, and a role of its own whose password is a secret."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric)")
        connection.execute("DROP ROLE IF EXISTS crawler_of_secrets")
        connection.execute(f"CREATE ROLE crawler_of_secrets LOGIN PASSWORD '{SOURCE}'")
        parts = urlsplit(postgres_database)
        yield {
            "host": parts.hostname, "port": parts.port, "database": parts.path[1:], "user": "crawler_of_secrets"
        }  # fmt: skip
        connection.execute("DROP ROLE crawler_of_secrets")


def stored(url: str) -> Iterator[tuple[str, str]]:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            for (row,) in connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))):
                yield f"table {table}", row


def in_redis(url: str) -> Iterator[tuple[str, str]]:
    with connect(url) as client:
        for key in client.scan_iter():
            yield "a key of Redis", key.decode(errors="replace")
            yield f"Redis at {key!r}", (client.dump(key) or b"").decode("latin-1")


def everywhere(up: UpProcess, folder: Path) -> Iterator[tuple[str, str]]:
    url = re.search(r"Metrics: (\S+)", up.out.read_text())
    assert url
    with urllib.request.urlopen(url[1], timeout=PATIENCE) as answer:
        yield "metrics", answer.read().decode()
    for arguments in (("top", "--json"), ("runs", "--json"), ("dead", "list"), ("schedule", "list"), ("doctor",)):
        done = headrace(*arguments, cwd=folder, **up.environ)
        yield " ".join(arguments), done.stdout + done.stderr
    yield from stored((up.place / "catalog.url").read_text())
    yield from in_redis((up.place / "redis.url").read_text())
    yield "standard output", up.out.read_text()
    yield "the log", up.log
    for log in up.place.glob("*.log"):
        yield log.name, log.read_text(errors="replace")
    for file in (up.place / "redis").rglob("*.aof"):
        yield file.name, file.read_bytes().decode("latin-1")


def test_a_cluster_is_searched_for_secrets(source: dict[str, object]) -> None:
    with short_folder() as folder, started(folder, "--workers", "1", **ENVIRON) as up:
        told = []
        for name, variable, code in (("good", "SRC_PASSWORD", 0), ("bad", "WRONG_PASSWORD", 2)):
            (folder / f"{name}.yml").write_text(RECIPE.format(name=name, variable=variable, **source))
            done = headrace("enqueue", f"{name}.yml", "--wait", cwd=folder, **up.environ, **ENVIRON)
            assert done.returncode == code, done.stdout + done.stderr + up.log[-3000:]
            told.append(("enqueue", done.stdout + done.stderr))
        assert "password" in told[1][1].lower(), "the refusal is told"
        up.until(lambda: ("publisher" in up.log and "nobody" in up.log) or "127.0.0.1:9" in up.log)
        searched = [*told, *everywhere(up, folder)]
    words = [*ENVIRON.values(), SOURCE, WRONG, HOOK, HEADER]
    found = {place for place, text in searched for word in words if word in text}
    assert found == set()
    assert any("good" in text and "${env:SRC_PASSWORD}" in text for _, text in searched), "the recipe was searched, too"
    assert any(place.startswith("Redis at") for place, _ in searched)
