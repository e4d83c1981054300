"""The network between worker, Redis, catalog and source resets, goes silent, crawls or refuses: nothing hangs."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy.engine import make_url

from tests.chaos.proof import proof
from tests.chaos.sources import crawling, filled
from tests.chaos.waiting import working
from tests.servers.postgres import create_database, drop_database
from tests.servers.proxy import Mode, Proxy
from tests.workers.cluster.rig import Cluster, cluster, fake, undisturbed
from workers.ledger import SqlLedger

pytestmark = [pytest.mark.chaos, pytest.mark.server]
ESTATE = {"schemas": 30, "tables": 120, "columns": 4}
RECIPE = fake(**ESTATE, latency=80, page=20)
MODES: tuple[Mode, ...] = ("reset", "half-open", "slow", "refuse")
BOUNDS = {"HEADRACE_LEASE": "4", "HEADRACE_CATALOG_TIMEOUT": "2"}
RATE = {"redis": 400.0, "catalog": 400.0, "source": 3_000.0}
"""Bytes per second and connection on a slow link."""
BROKEN = 2.5
"""Seconds that a link stays broken; what was lost meanwhile stays lost."""


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL that leads through it."""
    proxy = Proxy(urlsplit(url).port or 0)
    try:
        yield proxy, make_url(url).set(port=proxy.port).render_as_string(hide_password=False)
    finally:
        proxy.close()


def breaking(proxy: Proxy, rate: float, step: int, pace: float = 0.0) -> Callable[[SqlLedger], None]:
    """Breaks the link in every way, each time ``step`` entities later; in between it has ``pace``, if any."""

    def disturb(ledger: SqlLedger) -> None:
        for at, mode in enumerate(MODES):
            working(ledger, stored=1 + at * step)
            proxy.set(mode, rate)
            time.sleep(BROKEN)
            proxy.set("slow" if pace else "pass", pace)
            time.sleep(0.3)
        proxy.set("pass")

    return disturb


def manned(made: Cluster, **worker: str) -> Cluster:
    """One worker whose environment has ``worker``; all others have undisturbed links."""
    made.flusher()
    made.start("scheduler")
    made.worker(2, **worker)
    return made


def test_between_worker_and_redis(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    calm = undisturbed(fake(**ESTATE), tmp_path)
    with (
        proxied(redis_url) as (proxy, url),
        cluster(redis_url, postgres_database, tmp_path, **BOUNDS) as made,
    ):  # fmt: skip
        manned(made, HEADRACE_REDIS=url)
        proof(made, made.crawl(RECIPE, breaking(proxy, RATE["redis"], 500)), calm)
        assert all(process.poll() is None for process in made.processes), "nobody died of it"


def test_between_worker_and_catalog(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    calm = undisturbed(fake(**ESTATE), tmp_path)
    with (
        proxied(postgres_database) as (proxy, url),
        cluster(redis_url, postgres_database, tmp_path, **BOUNDS) as made,
    ):  # fmt: skip
        manned(made, HEADRACE_CATALOG=url)
        proof(made, made.crawl(RECIPE, breaking(proxy, RATE["catalog"], 500)), calm)
        assert all(process.poll() is None for process in made.processes)


@pytest.fixture
def warehouse(postgres_url: str) -> Iterator[str]:
    """The URL of a database with 30 schemas of 60 tables."""
    name = f"w_{uuid.uuid4().hex[:12]}"
    yield filled(create_database(postgres_url, name), schemas=30, tables=60)
    drop_database(postgres_url, name)


def test_between_worker_and_source(redis_url: str, postgres_database: str, warehouse: str, tmp_path: Path) -> None:
    calm = undisturbed(crawling(warehouse), tmp_path)
    with (
        proxied(warehouse) as (proxy, url),
        cluster(redis_url, postgres_database, tmp_path, **BOUNDS) as made,
    ):  # fmt: skip
        manned(made)
        proxy.set("slow", 30_000.0)  # so that there is something to break
        proof(made, made.crawl(crawling(url), breaking(proxy, RATE["source"], 0, pace=30_000.0)), calm)
        assert all(process.poll() is None for process in made.processes)


def test_a_source_that_is_out_when_the_run_begins_is_waited_for(
    redis_url: str, postgres_database: str, warehouse: str, tmp_path: Path
) -> None:
    calm = undisturbed(crawling(warehouse), tmp_path)
    with (
        proxied(warehouse) as (proxy, url),
        cluster(redis_url, postgres_database, tmp_path) as made,
    ):  # fmt: skip

        def disturb(ledger: SqlLedger) -> None:
            made.until(lambda: [u for run in ledger.open_runs() for u in ledger.units(run.id) if u.attempts])
            proxy.set("pass")

        proxy.set("refuse")
        proof(made, manned(made).crawl(crawling(url), disturb), calm)
