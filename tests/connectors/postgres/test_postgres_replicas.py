"""A primary and its standby: what is behind takes nothing away, and a promoted copy is another history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from tests.connectors.postgres.support import session, source
from tests.servers import postgres
from tests.servers.process import Unavailable
from tests.servers.proxy import Proxy
from tests.servers.standby import PostgresStandby
from workers.catalog import Catalog
from workers.store.database import open_database

pytestmark = pytest.mark.server

NEW = ("CREATE SCHEMA extra", *(f"CREATE TABLE extra.t{at:02} (id int)" for at in range(12)))
CHANGE = "COMMENT ON TABLE public.base IS 'newer'"


@pytest.fixture(scope="module", params=postgres.installed(), ids=lambda each: f"pg{each.major}")
def primary(request: pytest.FixtureRequest) -> Iterator[postgres.PostgresServer]:
    try:
        # what is committed must be in its flushed log at once, by which positions go
        server = postgres.PostgresServer(request.param, {"synchronous_commit": "on"})
    except Unavailable as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture
def standby(primary: postgres.PostgresServer) -> Iterator[PostgresStandby]:
    """A standby of ``primary``, whose database ``estate`` is new."""
    url = postgres.create_database(primary.url, "estate")
    with session(url, "CREATE TABLE public.base (id int)", "COMMENT ON TABLE public.base IS 'older'"):
        pass
    made = PostgresStandby(primary)
    yield made
    made.stop()
    postgres.drop_database(primary.url, "estate")


class Service:
    """One service, crawled from different addresses into one catalog."""

    def __init__(self, folder: Path, user: str = postgres.USER, password: str = postgres.PASSWORD) -> None:
        self.url = f"sqlite:///{folder / 'catalog.db'}"
        self.login = {"username": user, "password": password}

    def crawl(self, port: int, accept: bool = False, workers: int = 1) -> Summary:
        connection = {"host": "127.0.0.1", "port": port, "database": "estate", **self.login}
        recipe = Recipe.from_dict({"service": {"name": "shop", "type": "postgres"}, "connection": connection})
        return crawl(recipe, catalog=self.url, accept_identity=accept, workers=workers)

    def found(self) -> dict[str, dict[str, object]]:
        db = open_database(self.url)
        try:
            return {each["fqn"]: each for each in map(json.loads, Catalog(db).export())}
        finally:
            db.close()


def test_a_standby_that_is_behind_takes_nothing_away(
    primary: postgres.PostgresServer, standby: PostgresStandby, tmp_path: Path
) -> None:
    service = Service(tmp_path)
    assert service.crawl(standby.port).status == "complete"
    standby.pause()
    with session(primary.database_url("estate"), *NEW, CHANGE):
        pass
    assert service.crawl(primary.port).status == "complete"
    before = service.found()
    assert "shop.estate.extra.t03" in before
    for workers in (1, 2):
        told = service.crawl(standby.port, workers=workers)
        assert (told.status, told.exit_code) == ("partial", 3)
        assert "the standby is behind" in told.doubt
        assert (told.missing, told.deleted) == ({}, {})
        assert service.found() == before
    assert before["shop.estate.public.base"]["comment"] == "newer"
    standby.catch_up(primary)
    again = service.crawl(standby.port)
    assert (again.status, again.doubt) == ("complete", "")
    assert service.found() == before


def test_an_address_that_takes_turns_loses_nothing(
    primary: postgres.PostgresServer, standby: PostgresStandby, tmp_path: Path
) -> None:
    service = Service(tmp_path)
    with session(primary.database_url("estate"), *NEW, CHANGE):
        pass
    service.crawl(primary.port)
    before = service.found()
    with session(primary.database_url("estate"), "DROP TABLE extra.t00"):
        pass
    standby.catch_up(primary)
    standby.pause()
    late = ("CREATE TABLE extra.late (id int)", "COMMENT ON TABLE public.base IS 'newest'")
    with session(primary.database_url("estate"), *late):
        pass
    with closing(Proxy(primary.port, standby.port)) as proxy:
        for _ in range(3):
            told = service.crawl(proxy.port, workers=2)
            assert told.status in ("complete", "partial")
            found = service.found()
            assert before.keys() - {"shop.estate.extra.t00"} <= found.keys()
            assert found["shop.estate.extra.t01"].get("state", "live") == "live"
    assert service.crawl(primary.port).status == "complete"
    assert service.found()["shop.estate.public.base"]["comment"] == "newest"


def test_a_promoted_copy_is_refused_until_it_is_accepted_and_a_failover_is_not(
    primary: postgres.PostgresServer, standby: PostgresStandby, tmp_path: Path
) -> None:
    (tmp_path / "behind").mkdir()
    service, behind = Service(tmp_path), Service(tmp_path / "behind")
    standby.catch_up(primary)
    standby.detach()
    assert behind.crawl(standby.port).status == "complete"
    with session(primary.database_url("estate"), *NEW):
        assert service.crawl(primary.port).status == "complete"
    before = service.found()
    standby.promote()
    with session(standby.database_url("estate"), *(f"CREATE TABLE public.own{at} (id int)" for at in range(50))):
        pass
    told = service.crawl(standby.port)
    assert (told.status, told.exit_code) == ("failed", 2)
    assert "another history" in told.reason
    assert service.found() == before
    assert behind.crawl(standby.port).status == "complete", "it was promoted behind what was read of it"
    assert service.crawl(standby.port, accept=True).status == "complete"
    assert "shop.estate.public.own7" in service.found()
    assert service.crawl(primary.port).status == "failed", "the primary went on after the copy had left"


def test_who_may_not_read_the_history_is_not_believed_after_a_failover(
    primary: postgres.PostgresServer, standby: PostgresStandby, tmp_path: Path
) -> None:
    service = Service(tmp_path, "reader_", "r")
    setup = ("DROP ROLE IF EXISTS reader_", "CREATE ROLE reader_ LOGIN PASSWORD 'r'")
    with session(primary.database_url("estate"), *setup, "CREATE TABLE public.gone (id int)"):
        pass
    standby.catch_up(primary)
    assert service.crawl(primary.port).status == "complete"
    standby.detach()
    standby.promote()
    more = [f"CREATE TABLE own{at} (id int)" for at in range(50)]
    with session(standby.database_url("estate"), "DROP TABLE public.gone", CHANGE, *more):
        pass
    told = service.crawl(standby.port)
    assert told.status == "partial"
    assert "promoted" in told.doubt
    found = service.found()
    assert found["shop.estate.public.base"]["comment"] == "newer"
    assert "state" not in found["shop.estate.public.gone"]
    assert service.crawl(standby.port).status == "complete"
    assert service.found()["shop.estate.public.gone"]["state"] == "missing"


def test_a_standby_that_has_replayed_all_is_where_its_idle_primary_is(
    primary: postgres.PostgresServer, standby: PostgresStandby
) -> None:
    """Behind a segment that was closed early the primary would insert past a header that no standby has replayed."""
    with session(primary.url, "SELECT pg_switch_wal()") as other:
        standby.catch_up(primary)
        other.execute("SELECT pg_switch_wal()")
        closed = other.execute("SELECT pg_current_wal_insert_lsn() - 64").fetchone()
        assert closed is not None
        while not standby.ask(f"SELECT pg_last_wal_replay_lsn() > '{closed[0]}'"):
            pass
        with closing(source(primary.url)) as one, closing(source(standby.url)) as two:
            ahead, behind = one.position(), two.position()
    assert ahead is not None
    assert behind is not None
    assert behind.relate(ahead) == "same"


def test_check_says_how_far_behind(primary: postgres.PostgresServer, standby: PostgresStandby) -> None:
    for url, word in ((primary.url, "primary"), (standby.url, "standby, 0 s behind")):
        standby.catch_up(primary)
        with closing(source(url)) as one:
            told = next(step for step in one.check() if step.name == "identify the server")
        assert (told.ok, word in told.evidence, "on timeline 1" in told.evidence) == (True, True, True)
