"""The network between worker, Redis, catalog and source resets, goes silent, crawls or refuses: nothing hangs."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy.engine import make_url

from specs.recipe import Recipe
from tests.chaos.proof import proof
from tests.chaos.waiting import working
from tests.servers.postgres import create_database, drop_database
from tests.servers.proxy import Mode, Proxy
from tests.workers.cluster.rig import Cluster, cluster, fake, undisturbed
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server, pytest.mark.xdist_group("cluster")]
ESTATE = {"schemas": 12, "tables": 120, "columns": 4}
RECIPE = fake(**ESTATE, latency=60, page=20)
MODES: tuple[Mode, ...] = ("reset", "half-open", "slow", "refuse")
BOUNDS = {"HEADRACE_LEASE": "4", "HEADRACE_CATALOG_TIMEOUT": "2"}
RATE = {"redis": 400.0, "catalog": 400.0, "source": 3_000.0}
"""Bytes per second and connection on a slow link."""
BROKEN = 4.0
"""Seconds that a link stays broken: longer than the lease and any answer may take."""


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL that leads through it."""
    proxy = Proxy(urlsplit(url).port or 0)
    try:
        yield proxy, make_url(url).set(port=proxy.port).render_as_string(hide_password=False)
    finally:
        proxy.close()


def breaking(proxy: Proxy, mode: Mode, rate: float) -> Callable[[SqlLedger], None]:
    """Breaks the link twice."""

    def disturb(ledger: SqlLedger) -> None:
        for stored in (1, 300):
            working(ledger, stored=stored)
            proxy.set(mode, rate)
            time.sleep(BROKEN)
            proxy.set("pass")

    return disturb


def manned(made: Cluster, **worker: str) -> Cluster:
    """One worker whose environment has ``worker``; all others have undisturbed links."""
    made.flusher()
    made.start("scheduler")
    made.worker(2, **worker)
    return made


@pytest.mark.parametrize("mode", MODES)
def test_between_worker_and_redis(mode: Mode, redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    calm = undisturbed(fake(**ESTATE), tmp_path)
    with (
        proxied(redis_url) as (proxy, url),
        cluster(redis_url, postgres_database, tmp_path, **BOUNDS) as made,
    ):  # fmt: skip
        manned(made, HEADRACE_REDIS=url)
        proof(made, made.crawl(RECIPE, breaking(proxy, mode, RATE["redis"])), calm)
        assert all(process.poll() is None for process in made.processes), "nobody died of it"


@pytest.mark.parametrize("mode", MODES)
def test_between_worker_and_catalog(mode: Mode, redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    calm = undisturbed(fake(**ESTATE), tmp_path)
    with (
        proxied(postgres_database) as (proxy, url),
        cluster(redis_url, postgres_database, tmp_path, **BOUNDS) as made,
    ):  # fmt: skip
        manned(made, HEADRACE_CATALOG=url)
        proof(made, made.crawl(RECIPE, breaking(proxy, mode, RATE["catalog"])), calm)
        assert all(process.poll() is None for process in made.processes)


@pytest.fixture
def warehouse(postgres_url: str) -> Iterator[str]:
    """The URL of a database with 30 schemas of 40 tables."""
    name = f"w_{uuid.uuid4().hex[:12]}"
    url = create_database(postgres_url, name)
    with psycopg.connect(url) as connection:
        for schema in range(30):
            connection.execute(f"CREATE SCHEMA s{schema:02d}")
            for table in range(40):
                connection.execute(f"CREATE TABLE s{schema:02d}.t{table:03d} (id int PRIMARY KEY, a text, b date)")
    yield url
    drop_database(postgres_url, name)


def crawling(url: str) -> Recipe:
    """Small statement timeouts, so that a silent server is noticed soon."""
    parts = urlsplit(url)
    connection = {
        "host": "127.0.0.1", "port": parts.port, "database": parts.path.strip("/"), "username": parts.username,
        "password": parts.password,
    }  # fmt: skip
    limits = {"statement_timeout": "1s", "connect_timeout": "2s", "connections": 2}
    return Recipe.from_dict(
        {"service": {"name": "shop", "type": "postgres"}, "connection": connection, "limits": limits}
    )  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_between_worker_and_source(
    mode: Mode, redis_url: str, postgres_database: str, warehouse: str, tmp_path: Path
) -> None:
    calm = undisturbed(crawling(warehouse), tmp_path)
    with (
        proxied(warehouse) as (proxy, url),
        cluster(redis_url, postgres_database, tmp_path, **BOUNDS) as made,
    ):  # fmt: skip
        manned(made)
        proxy.set("slow", 60_000.0)  # so that there is something to break
        proof(made, made.crawl(crawling(url), breaking(proxy, mode, RATE["source"])), calm)
        assert all(process.poll() is None for process in made.processes)
