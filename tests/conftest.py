"""Real servers for tests: started when a test first asks, stopped with the session, or taken from the environment.

``HEADRACE_TEST_POSTGRES`` and ``HEADRACE_TEST_MARIADB`` (URLs of an administrator) win over servers of our own.
"""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import settings

from tests import bytecode
from tests.checkout import CheckoutGuard
from tests.dispositions import restore
from tests.estate import build
from tests.lanes import LaneScheduling
from tests.servers import mariadb, postgres
from tests.servers import redis as redis_server
from tests.servers.process import Unavailable

settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")
restore()
bytecode.keep()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # once, in the process that ends last
        config.pluginmanager.register(CheckoutGuard(Path(__file__).parents[1]), "checkout-guard")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LaneScheduling | None:
    """``pytest -n`` hands out tests by lanes; ``--dist`` names another way."""
    return LaneScheduling(config, log) if config.getoption("dist") == "load" else None


@pytest.fixture(scope="session")
def _postgres_pool() -> Iterator[dict[int, postgres.PostgresServer]]:
    """The servers that are running, by major version."""
    running: dict[int, postgres.PostgresServer] = {}
    yield running
    for server in running.values():
        server.stop()


def _start_postgres(pool: dict[int, postgres.PostgresServer], binaries: postgres.Binaries) -> str:
    if binaries.major not in pool:
        try:
            pool[binaries.major] = postgres.PostgresServer(binaries)
        except Unavailable as error:
            pytest.skip(f"PostgreSQL {binaries.major}: {error}")
    return pool[binaries.major].url


@pytest.fixture(scope="session")
def postgres_url(_postgres_pool: dict[int, postgres.PostgresServer]) -> str:
    """The URL of the newest PostgreSQL, as a superuser."""
    given = os.environ.get("HEADRACE_TEST_POSTGRES")
    if given:
        return given
    if not postgres.installed():
        pytest.skip(postgres.NEEDED)
    return _start_postgres(_postgres_pool, postgres.installed()[-1])


@pytest.fixture(scope="session")
def postgres_servers(_postgres_pool: dict[int, postgres.PostgresServer]) -> list[tuple[int, str]]:
    """``(major version, URL)`` of every PostgreSQL here, oldest first."""
    given = os.environ.get("HEADRACE_TEST_POSTGRES")
    if given:
        with psycopg.connect(given) as connection:
            return [(connection.info.server_version // 10000, given)]
    if not postgres.installed():
        pytest.skip(postgres.NEEDED)
    return [(each.major, _start_postgres(_postgres_pool, each)) for each in postgres.installed()]


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of a fresh database on the newest PostgreSQL, dropped afterwards."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    yield postgres.create_database(postgres_url, name)
    postgres.drop_database(postgres_url, name)


@pytest.fixture(params=[each.major for each in postgres.installed()] or [0], ids=lambda major: f"pg{major}")
def each_postgres_database(
    request: pytest.FixtureRequest, _postgres_pool: dict[int, postgres.PostgresServer]
) -> Iterator[str]:
    """The URL of a fresh database, once per PostgreSQL version that is installed."""
    found = {each.major: each for each in postgres.installed()}
    if request.param not in found:
        pytest.skip(postgres.NEEDED)
    url = _start_postgres(_postgres_pool, found[request.param])
    name = f"t_{uuid.uuid4().hex[:12]}"
    yield postgres.create_database(url, name)
    postgres.drop_database(url, name)


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """The URL of a MariaDB (or MySQL) server, ``mysql://user:password@host:port/``, as an administrator."""
    given = os.environ.get("HEADRACE_TEST_MARIADB")
    if given:
        yield given
        return
    binary = mariadb.binary()
    if binary is None:
        pytest.skip(mariadb.NEEDED)
    try:
        server = mariadb.MariadbServer(binary)
    except Unavailable as error:
        pytest.skip(f"MariaDB: {error}")
    yield server.url
    server.stop()


@pytest.fixture
def mariadb_database(mariadb_url: str) -> Iterator[str]:
    """The URL of a fresh MariaDB database, dropped afterwards."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    yield mariadb.create_database(mariadb_url, name)
    mariadb.drop_database(mariadb_url, name)


@pytest.fixture(scope="session")
def _redis() -> Iterator[redis_server.RedisServer]:
    try:
        server = redis_server.started()
    except Unavailable as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture
def redis_url(_redis: redis_server.RedisServer) -> str:
    """The URL of an empty Redis (or Valkey); every test finds it empty."""
    with _redis.client() as client:
        client.flushall()
    return _redis.url


@pytest.fixture
def redis_alone() -> Iterator[redis_server.RedisServer]:
    """A Redis of one's own, to be killed, frozen and filled."""
    try:
        server = redis_server.started()
    except Unavailable as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_estate(postgres_url: str) -> Iterator[str]:
    """The URL of the sample estate on the newest PostgreSQL; shared by all tests, so never change it."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    url = postgres.create_database(postgres_url, name)
    build.build_postgres(url)
    yield url
    postgres.drop_database(postgres_url, name)


@pytest.fixture(scope="session")
def mariadb_estate(mariadb_url: str) -> str:
    """The URL of the server with the sample estate (``shop_catalog``, ``shop_sales``, ``shop_ops``)."""
    build.build_mariadb(mariadb_url)
    return mariadb_url


@pytest.fixture(scope="session")
def sqlite_estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample estate as an SQLite file; never change it."""
    return build.build_sqlite(tmp_path_factory.mktemp("estate") / "shop.db")


@pytest.fixture(scope="session")
def duckdb_estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample estate as a DuckDB file; never change it."""
    return build.build_duckdb(tmp_path_factory.mktemp("estate") / "shop.duckdb")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nothing is skipped silently: what could not run here is listed last, with the reason."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")] += 1
    if reasons:
        terminalreporter.section("not run on this machine")
        for reason, tests in sorted(reasons.items()):
            terminalreporter.line(f"{tests} {'test' if tests == 1 else 'tests'}: {reason}")
